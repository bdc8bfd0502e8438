// Around Gradio's form: faults at their fields, answers of the handlers, keys, and settings from a dropped file.
import { cancelJob, intoForm, reuseFile } from "./actions.js";
import { byId, t } from "./dom.js";
import { takeDropped } from "./dropped.js";
import { clear, refuse } from "./faults.js";
import { startFill, takeAnswer } from "./fill.js";
import { takeModel } from "./model.js";
import { clearFaults, notify } from "./notices.js";
import { takePictures } from "./picture.js";
import { pollNow } from "./poll.js";
import { followJobs, onStage } from "./stage.js";
import { makesClip, on, running } from "./state.js";

export function startForm() {
  startFill();
  on("form", filled);
  window.oelala.answer = answer;
  for (const [kind, message] of window.oelala.unheard?.splice(0) ?? []) answer(kind, message);
  document.documentElement.classList.toggle("o-mac", /^(Mac|iP)/.test(navigator.platform));
  document.addEventListener("keydown", keys);
  byId("o-restore").addEventListener("click", () => byId("o-restore-file").click());
  byId("o-restore-file").addEventListener("change", (event) => take(event.target));
  document.addEventListener("click", (event) => {
    const one = event.target.closest?.("[data-example]");
    if (one) intoForm(one.dataset.example, { prompt: one.dataset.prompt ?? one.textContent, draft: true });
  });
  startDrop();
}

function answer(kind, message) {
  if (message.values) takeAnswer(kind, message);
  if (message.event === "refreshed") return;
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

// What the answer brought is in the form; `current`: of the model that is still chosen.
function filled({ kind, answer: { event, model, pictures }, current }) {
  if (model && current) takeModel(kind, model);
  takePictures(kind, pictures);
  const block = byId(`${kind}--model`);
  if (event === "refreshed" && block && current && model && !model.offered) clear(kind, block); // it has come meanwhile
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
    takeDropped(event.dataTransfer.files[0], event.target);
  });
}
