// Around Gradio's form: faults at their fields, answers of the handlers, keys, and settings from a dropped file.
import { cancelJob, reuseFile } from "./actions.js";
import { byId, el, t } from "./dom.js";
import { takeModel } from "./model.js";
import { clearFaults, notify, notifyFault } from "./notices.js";
import { pollNow } from "./poll.js";
import { followJobs, onStage } from "./stage.js";
import { makesClip, running } from "./state.js";

export function startForm() {
  window.oelala.answer = answer;
  for (const [kind, message] of window.oelala.unheard?.splice(0) ?? []) answer(kind, message);
  document.documentElement.classList.toggle("o-mac", /^(Mac|iP)/.test(navigator.platform));
  document.addEventListener("keydown", keys);
  byId("o-restore").addEventListener("click", () => byId("o-restore-file").click());
  byId("o-restore-file").addEventListener("change", (event) => take(event.target));
  for (const one of document.querySelectorAll("[data-example]")) {
    one.addEventListener("click", () => {
      window.oelala.bridges?.[one.dataset.example]?.restore({ prompt: one.textContent, draft: true });
    });
  }
  startDrop();
}

function answer(kind, message) {
  if (message.model) takeModel(kind, message.model);
  if (message.event === "refreshed") {
    const block = byId(`${kind}--model`);
    if (block && message.model && !message.model.offered) clear(kind, block); // it has come meanwhile
    return;
  }
  clear(kind);
  clearFaults();
  if (message.event === "refused") message.faults.forEach((fault) => refuse(kind, fault));
  if (message.event === "submitted") {
    followJobs();
    pollNow();
    if (matchMedia("(max-width: 719px)").matches) byId("o-stage").scrollIntoView({ behavior: "smooth" });
  }
  if (message.event === "restored") {
    const seed = message.seed === null || message.seed === undefined ? "" : t("live.restored.seed", { n: message.seed });
    notify(`${t("live.restored")} ${seed}`.trim());
  }
}

// Faults

function refuse(kind, fault) {
  const block = fault.field && byId(`${kind}--${fault.field}`);
  if (!block) return notifyFault(fault);
  open(block);
  const id = `${block.id}--fault`;
  const input = block.querySelector("textarea, input");
  block.append(el("p", { class: "o-fault", id, role: "alert" }, `${fault.message} ${fault.hint}`.trim()));
  block.classList.add("o-refused");
  input?.setAttribute("aria-invalid", "true");
  input?.setAttribute("aria-describedby", id);
  block.addEventListener("input", () => clear(kind, block), { once: true });
  if (document.querySelectorAll(".o-refused").length > 1) return undefined;
  // A list that is given the focus unfolds, over the very words that say what is wrong.
  return input?.role === "listbox" || input?.role === "combobox" ? block.scrollIntoView({ block: "center" }) : input?.focus();
}

function clear(kind, only = null) {
  const blocks = only ? [only] : document.querySelectorAll(`.o-refused[id^="${kind}--"]`);
  for (const block of blocks) {
    block.classList.remove("o-refused");
    block.querySelector(".o-fault")?.remove();
    const input = block.querySelector("textarea, input");
    input?.removeAttribute("aria-invalid");
    input?.removeAttribute("aria-describedby");
  }
}

// A fault inside a folded part is of no use to anyone.
function open(block) {
  if (block.offsetParent) return;
  const folded = block.closest("[id$='--advanced']");
  folded?.querySelector("button")?.click();
}

// Keys

function keys(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    generate();
  }
  if (event.key === "Escape") escape(event);
}

function generate() {
  const button = [...document.querySelectorAll(".o-actions button")].find((one) => one.offsetParent);
  const focused = document.activeElement;
  focused?.blur(); // a number is only settled when its field is left
  setTimeout(() => {
    button?.click();
    focused?.focus();
  }, 50);
}

function escape(event) {
  const busy = document.fullscreenElement || event.defaultPrevented || document.querySelector("#o-studio ul.options");
  const job = onStage()?.state === "running" ? onStage() : running().find(makesClip);
  if (!busy && job && !job.cancelling) cancelJob(job.id);
}

// Files

function take(input) {
  if (input.files[0]) reuseFile(input.files[0]);
  input.value = "";
}

function startDrop() {
  const overlay = byId("o-drop");
  const isFile = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    overlay.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) overlay.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    overlay.hidden = true;
    if (!isFile(event)) return;
    event.preventDefault();
    reuseFile(event.dataTransfer.files[0]);
  });
}
