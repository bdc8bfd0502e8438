// Avatars of the workspace as a choice of characters: a name in a field that nobody sees, and the picture of the form.
import { byId, el, t } from "./dom.js";
import { clear, refuse } from "./faults.js";
import { get, post } from "./net.js";
import { notifyFault } from "./notices.js";
import { pictureOf, placeOf, write } from "./picture.js";
import { on } from "./state.js";
import { nameIn } from "./values.js";

const EVERY_MS = 250;
let found = { avatars: [], at: 0 }; // `at` 0: not known yet
let [asked, wanted] = [0, 0]; // answers may overtake each other: the last question counts, and the last choice

export function startAvatars() {
  setInterval(look, EVERY_MS);
  on("avatars", load);
  on("form", load); // settings of a clip may name one that has been removed
  addEventListener("focus", load); // one may have been made on the command line
  load();
}

async function load() {
  const question = ++asked;
  try {
    const { avatars } = await get("/oelala/avatars");
    if (question !== asked) return;
    if (!found.at || JSON.stringify(avatars) !== JSON.stringify(found.avatars)) found = { avatars, at: found.at + 1 };
  } catch {
    /* those that are known stay */
  }
}

// What the form holds may come from anywhere: a draft, a clip, a choice.
function look() {
  for (const place of document.querySelectorAll("[data-avatars-of]")) {
    const kind = place.dataset.avatarsOf;
    const chosen = nameIn(kind, "avatar");
    const shape = `${found.at} ${chosen}`;
    if (place.dataset.shape !== shape) draw(place, kind, chosen);
    place.dataset.shape = shape;
    const save = document.querySelector(`[id="${kind}--image"] [data-save-avatar]`);
    if (save) save.hidden = Boolean(chosen); // the picture is somebody's already
  }
}

function draw(place, kind, chosen) {
  const { avatars } = found;
  const known = avatars.find((one) => one.name === chosen);
  byId(`${kind}--avatar`).hidden = !avatars.length && !chosen;
  const shown = avatars.filter((one) => one.picture);
  if (chosen && !known?.picture) shown.push({ name: chosen, gone: !known && found.at > 0 }); // to let go of it
  const buttons = shown.map((one) => choice(kind, one, chosen));
  const focused = place.contains(document.activeElement) && document.activeElement.dataset.avatar;
  place.replaceChildren(
    el("p", { class: "o-picture-label" }, t("live.avatar")),
    el("p", { class: "o-picture-help" }, t("live.avatar.help")),
    el("div", { class: "o-avatar-list", role: "group", "aria-label": t("live.avatar") }, ...buttons),
    ...avatars.filter((one) => one.words).map((one) => el("p", { class: "o-picture-note" }, one.words)),
  );
  if (focused) buttons.find((one) => one.dataset.avatar === focused)?.focus();
}

function choice(kind, { name, picture, gone }, chosen) {
  const face = picture && el("img", { alt: "", src: `/oelala/avatars/${encodeURIComponent(name)}/pictures/${picture}`, draggable: false });
  const note = gone && el("small", {}, t("live.avatar.gone"));
  const pressed = String(name === chosen);
  return el("button", { type: "button", "data-avatar": name, "aria-pressed": pressed, on: { click: () => take(kind, name, Boolean(picture)) } }, face, el("span", {}, name), note);
}

// A second click lets go of it, and of the picture that came with it.
async function take(kind, name, here) {
  const place = placeOf(kind);
  clear(kind, byId(`${kind}--avatar`));
  clear(kind, byId(`${kind}--image`));
  const mine = ++wanted;
  if (nameIn(kind, "avatar") === name) return write(place, here ? "" : pictureOf(place));
  try {
    const { reference } = await post(`/oelala/avatars/${encodeURIComponent(name)}/take`);
    if (mine === wanted) write(place, reference, name);
  } catch (fault) {
    if (!fault.status) return notifyFault(fault);
    refuse(kind, { field: "avatar", message: fault.message, hint: fault.hint });
    load();
  }
  return undefined;
}
