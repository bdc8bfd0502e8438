// What was typed but not yet asked for survives a reload of this tab, a change of language among them.
import { byId } from "./dom.js";
import { ask } from "./fill.js";
import { knowsModel } from "./state.js";

const KEY = "oelala_draft";

const pending = {}; // of tabs that have not been opened since the reload

let left = false;

export function startDraft() {
  // Who signs out leaves nothing behind for the next one at this screen.
  byId("o-sign-out")?.addEventListener("submit", () => (left = true));
  addEventListener("pagehide", keep);
  try {
    Object.assign(pending, JSON.parse(sessionStorage.getItem(KEY) ?? "{}"));
    sessionStorage.removeItem(KEY);
  } catch {
    /* nothing was kept, or storage is switched off */
  }
  window.oelala.bridged = (kind) => {
    if (!knowsModel(kind)) window.oelala.bridges[kind].refresh(); // the answer to the page's load went unheard
    bringBack(kind, 40);
  };
  for (const kind of Object.keys(pending)) bringBack(kind, 40);
}

// Gradio may still be putting its handlers in place, and the form still be looking at its models: what that
// answers would come after the draft and be of another model.
function bringBack(kind, tries) {
  if (!pending[kind] || tries <= 0) return;
  const bridge = window.oelala.bridges?.[kind];
  if (!bridge || (!knowsModel(kind) && tries >= 20)) {
    setTimeout(() => bringBack(kind, tries - 1), 100);
    return;
  }
  ask(kind, "restore", { ...pending[kind], draft: true }, { sinceStart: true });
  delete pending[kind];
}

function keep() {
  if (left) return;
  const drafts = { ...pending };
  for (const kind of Object.keys(window.oelala.bridges ?? {})) {
    const values = read(kind);
    if (values.prompt || values.image || values.motion) drafts[kind] = values;
  }
  try {
    sessionStorage.setItem(KEY, JSON.stringify(drafts));
  } catch {
    /* storage is switched off */
  }
}

// The values as the fields show them; the names of the fields are in their ids.
function read(kind) {
  const values = {};
  for (const block of document.querySelectorAll(`[id^="${kind}--"]`)) {
    const value = valueOf(block);
    if (value !== null && value !== "") values[block.id.slice(kind.length + 2)] = value;
  }
  if (!document.querySelector(`[id="${kind}--lock"] input`)?.checked) delete values.seed;
  return values;
}

function valueOf(block) {
  const text = block.querySelector("textarea");
  if (text) return text.value;
  const choice = block.querySelector("input[type=radio]:checked");
  if (choice) return choice.value;
  const number = block.querySelector("input[type=number]");
  if (number) return Number.isFinite(number.valueAsNumber) ? number.valueAsNumber : null;
  const line = block.querySelector("input[type=text]:not([role])");
  if (line) return line.value;
  const list = block.querySelector("input[role=listbox], input[role=combobox]");
  return list ? choiceOf(block.id, list.value) : null;
}

// A list shows the label of its choice; the value is in Gradio's description of the page.
function choiceOf(id, label) {
  const component = window.gradio_config.components.find((one) => one.props?.elem_id === id);
  return component?.props.choices?.find(([shown]) => shown === label)?.[1] ?? null;
}
