// A picture of the form saved as an avatar: a name, and that whoever it shows may be one.
import { button, el, t } from "./dom.js";
import { post } from "./net.js";
import { notify } from "./notices.js";
import { tell } from "./state.js";
import { nameField, nameIn, setName } from "./values.js";

// A button that opens the form, and the form; nothing where a task takes no avatar.
export function saveAsAvatar(kind, picture) {
  if (!nameField(kind, "avatar")) return [null, null];
  const name = el("input", { autocomplete: "off", spellcheck: "false", maxlength: "60" });
  const box = el("input", { type: "checkbox" });
  const fault = el("p", { class: "o-fault", role: "alert", hidden: true });
  const save = button(t("live.avatar.keep"), { name: "done", kind: "o-plain", on: () => form.requestSubmit() });
  const cancel = button(t("live.avatar.cancel"), { on: () => close(form, open) });
  const form = el("form", { class: "o-avatar-form", hidden: true },
    el("label", {}, el("span", {}, t("live.avatar.name")), name),
    el("label", { class: "o-closely" }, box, el("span", {}, t("live.avatar.consent"))),
    fault,
    el("div", {}, save, cancel));
  const open = button(t("live.avatar.save"), { name: "save", "data-save-avatar": "", hidden: true, on: () => ((form.hidden = false), name.focus()) });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // it stops no clip
    close(form, open);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!save.disabled) keep({ kind, picture, form, name, box, save, fault });
  });
  return [open, form];
}

function close(form, open) {
  form.hidden = true;
  open.focus();
}

async function keep({ kind, picture, form, name, box, save, fault }) {
  save.disabled = true;
  fault.hidden = true;
  try {
    const asked = new URLSearchParams({ name: name.value, picture, ...(box.checked && { consent: 1 }) });
    const made = await post(`/oelala/avatars?${asked}`);
    form.hidden = true;
    form.previousElementSibling?.querySelector("button").focus(); // the one that opened the form goes away
    if (nameIn(kind, "image") === picture) setName(kind, "avatar", made.name); // another one may have come meanwhile
    tell("avatars");
    notify(t("live.avatar.saved", { name: made.name }));
  } catch (reason) {
    fault.textContent = `${reason.message} ${reason.hint ?? ""}`.trim();
    fault.hidden = false;
    (reason.code === "consent-needed" ? box : name).focus();
  }
  save.disabled = false;
}
