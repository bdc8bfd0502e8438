// What the form holds, read and written past Gradio: its components follow the events of their inputs.
const input = (kind, name) => document.querySelector(`[id="${kind}--${name}"] input`);

export const number = (kind, name) => {
  const text = input(kind, name)?.value ?? "";
  return text === "" ? null : Number(text);
};
export const choice = (kind, name) => document.querySelector(`[id="${kind}--${name}"] input:checked`)?.value ?? null;
export const nameField = (kind, name) => document.querySelector(`[id="${kind}--${name}--name"] :is(textarea, input)`);
export const nameIn = (kind, name) => nameField(kind, name)?.value ?? "";

export function setNumber(kind, name, value) {
  const box = input(kind, name);
  if (!box || box.value === String(value)) return;
  box.value = String(value);
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.dispatchEvent(new Event("blur"));
}

export function setName(kind, name, value) {
  const box = nameField(kind, name);
  if (!box || box.value === value) return;
  box.value = value;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

// Whether the tab of this kind of task is the one that is seen.
export const isOpen = (kind) => Boolean(document.querySelector(`[id="${kind}--form"]`)?.offsetParent);
