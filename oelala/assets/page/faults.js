// Faults at their fields: the words under it, the field marked, and both gone with the first change.
import { byId, el } from "./dom.js";
import { notifyFault } from "./notices.js";

export function refuse(kind, fault) {
  const block = fault.field && byId(`${kind}--${fault.field}`);
  if (!block) return notifyFault(fault);
  open(block);
  const id = `${block.id}--fault`;
  byId(id)?.remove();
  const input = inputOf(block);
  block.append(el("p", { class: "o-fault", id, role: "alert" }, `${fault.message} ${fault.hint}`.trim()));
  block.classList.add("o-refused");
  input?.setAttribute("aria-invalid", "true");
  input?.setAttribute("aria-describedby", id);
  block.addEventListener("input", () => clear(kind, block), { once: true });
  if (document.querySelectorAll(".o-refused").length > 1) return undefined;
  // A list that is given the focus unfolds, over the very words that say what is wrong.
  return input?.role === "listbox" || input?.role === "combobox" ? block.scrollIntoView({ block: "center" }) : input?.focus();
}

export function clear(kind, only = null) {
  const blocks = only ? [only] : document.querySelectorAll(`.o-refused[id^="${kind}--"]`);
  for (const block of blocks) {
    block.classList.remove("o-refused");
    byId(`${block.id}--fault`)?.remove(); // others in it are not ours
    const input = inputOf(block);
    input?.removeAttribute("aria-invalid");
    input?.removeAttribute("aria-describedby");
  }
}

// Of a picture, a motion or an avatar the button to choose one: its field of text is out of sight.
const inputOf = (block) => block.querySelector(":is([data-picture], [data-motion-of]) button, [data-avatar][aria-pressed=true]") ?? block.querySelector("textarea, input");

// A fault inside a folded part is of no use to anyone.
function open(block) {
  if (block.offsetParent) return;
  const folded = block.closest("[id$='--advanced']");
  folded?.querySelector("button")?.click();
}
