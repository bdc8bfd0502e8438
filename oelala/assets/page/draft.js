// What was typed but not yet asked for survives a reload of this tab, a change of language among them.
import { byId } from "./dom.js";
import { knowsModel } from "./model.js";

const KEY = "oelala_draft";

let left = false;

export function startDraft() {
  // Who signs out leaves nothing behind for the next one at this screen.
  byId("o-sign-out")?.addEventListener("submit", () => (left = true));
  addEventListener("pagehide", keep);
  try {
    const drafts = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
    sessionStorage.removeItem(KEY);
    whenBridged(drafts, 40);
  } catch {
    /* nothing was kept, or storage is switched off */
  }
}

// Gradio may still be putting its handlers in place, and the form still be looking at its models: what that
// answers would come after the draft and be of another model.
function whenBridged(drafts, tries) {
  const kinds = Object.keys(drafts);
  const ready = (kind) => window.oelala.bridges?.[kind] && (knowsModel(kind) || tries < 20);
  if (kinds.every(ready)) {
    for (const kind of kinds) window.oelala.bridges[kind].restore({ ...drafts[kind], draft: true });
  } else if (tries > 0) {
    setTimeout(() => whenBridged(drafts, tries - 1), 100);
  }
}

function keep() {
  if (left) return;
  const drafts = {};
  for (const kind of Object.keys(window.oelala.bridges ?? {})) {
    const values = read(kind);
    if (values.prompt) drafts[kind] = values;
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
