// Pictures of a form: chosen, dropped, pasted or taken with the camera; kept by the studio at once, shown as it
// sees them. The name of a kept picture sits in a field of Gradio's that nobody sees (`ui/widgets.py`).
import { intoForm } from "./actions.js";
import { saveAsAvatar } from "./avatar_save.js";
import { openCamera } from "./camera.js";
import { button, byId, el, isFilm, t } from "./dom.js";
import { clear, refuse } from "./faults.js";
import { openFilm } from "./film.js";
import { drawFraming, startFraming } from "./framing.js";
import { modelOf } from "./model.js";
import { post } from "./net.js";
import { notifyFault } from "./notices.js";
import { setName } from "./values.js";

const ACCEPT = "image/png,image/jpeg,image/webp,image/avif,image/bmp,image/tiff,.heic";
const FILMS_IN = "image-to-video"; // the kind whose pictures may be frames of a film; elsewhere a film is a motion
const drawn = new WeakMap(); // the element of a picture -> what it shows

export function startPictures() {
  document.addEventListener("paste", paste);
  startFraming(drawAll);
  new MutationObserver(mount).observe(document.body, { childList: true, subtree: true }); // a tab comes when it is opened
  mount();
}

const places = () => [...document.querySelectorAll("[data-picture]")];
const placesOf = (kind) => places().filter((place) => place.dataset.of === kind);
// Where the tab of that kind holds its first picture.
export const placeOf = (kind) => placesOf(kind).find((place) => place.dataset.picture === "image");
const field = (place) => document.querySelector(`[id="${place.dataset.of}--${place.dataset.picture}--name"] :is(textarea, input)`);
export const pictureOf = (place) => field(place)?.value ?? "";

// A clip that is gone on with: said above the picture, until the visitor wants a clip of its own.
function drawExtend(place) {
  const input = document.querySelector(`[id="${place.dataset.extend}--extend--name"] :is(textarea, input)`);
  const [block, value] = [byId(`${place.dataset.extend}--extend`), input?.value ?? ""];
  if (block) block.hidden = !value;
  if (place.dataset.shown === value) return;
  place.dataset.shown = value;
  const alone = button(t("live.extend.not"), { name: "close", on: () => (put(input, ""), drawExtend(place)) });
  place.replaceChildren(...(value ? [el("p", {}, t("live.extend")), alone] : []));
}

function stopExtending(kind) {
  const place = document.querySelector(`[data-extend="${kind}"]`);
  if (!place) return;
  put(document.querySelector(`[id="${kind}--extend--name"] :is(textarea, input)`), "");
  drawExtend(place);
}

function mount() {
  for (const place of document.querySelectorAll("[data-extend]:not([data-shown])")) drawExtend(place);
  for (const place of places()) if (!drawn.has(place)) draw(place);
}

function drawAll() {
  places().forEach((place) => draw(place));
}

// The form was given other values; `pictures` are the names among them.
export function takePictures(kind, pictures = {}) {
  setTimeout(() => {
    placesOf(kind).forEach((place) => draw(place));
    document.querySelectorAll(`[data-extend="${kind}"]`).forEach(drawExtend);
    if (pictures.image) document.querySelector(`[id="${kind}--image"]`)?.scrollIntoView({ block: "nearest" });
  }, 60);
}

// A model that takes no last picture has no such field.
function limit(place) {
  const { of: kind, picture } = place.dataset;
  const block = byId(`${kind}--${picture}`);
  if (block) block.hidden = picture !== "image" && !modelOf(kind)?.pictures?.includes(picture);
}

// A drop or a paste belongs to the picture under it, else to the first one of the tab that is open.
function pictureAt(target) {
  const under = target?.closest?.(".o-picture-field")?.querySelector("[data-picture]");
  return under ?? places().find((place) => place.offsetParent) ?? null;
}

// Where no picture is asked for, the tab that begins with one opens.
export async function beginWith(file, target) {
  let place = pictureAt(target);
  if (!place) {
    await intoForm("image-to-video", { draft: true });
    place = pictureAt(null);
  }
  if (place) givePicture(place, file);
}

// A frame of a film, or where it ends, in the place of a picture.
export function offerFilm(file, target) {
  const place = pictureAt(target);
  if (!place) return;
  const take = (reference) => {
    drawn.delete(place);
    write(place, reference);
  };
  openFilm(place, file, { take, close: () => redraw(place) });
}

async function givePicture(place, file) {
  draw(place, { coming: true });
  try {
    const kept = await post(`/oelala/upload?name=${encodeURIComponent(file.name || "picture.png")}`, file);
    write(place, kept.reference);
  } catch (fault) {
    draw(place);
    if (!fault.status) return notifyFault(fault);
    clear(place.dataset.of, byId(`${place.dataset.of}--${place.dataset.picture}`));
    refuse(place.dataset.of, { field: place.dataset.picture, message: fault.message, hint: fault.hint });
  }
  return undefined;
}

// `avatar`: whose picture it is; of another one that is not known.
export function write(place, reference, avatar = "") {
  put(field(place), reference);
  if (place.dataset.picture === "image") setName(place.dataset.of, "avatar", avatar);
  if (place.dataset.picture === "image") stopExtending(place.dataset.of); // which began with another picture
  draw(place);
}

function put(input, value) {
  if (!input || input.value === value) return;
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function paste(event) {
  const file = [...(event.clipboardData?.files ?? [])].find((one) => one.type.startsWith("image/"));
  if (!file) return;
  event.preventDefault();
  beginWith(file, document.activeElement);
}

function draw(place, { coming = false } = {}) {
  limit(place);
  const reference = pictureOf(place);
  const shape = coming ? "coming" : reference;
  if (drawn.get(place) !== shape) {
    drawn.set(place, shape);
    place.replaceChildren(...(coming ? [waiting()] : reference ? filled(place, reference) : empty(place)));
  }
  if (reference && !coming) drawFraming(place);
}

const waiting = () => el("p", { class: "o-picture-note", role: "status" }, t("live.picture.coming"));

function empty(place) {
  const films = place.dataset.of === FILMS_IN;
  const input = el("input", { type: "file", accept: films ? `${ACCEPT},video/*,.mkv` : ACCEPT, hidden: true, tabIndex: -1, "aria-hidden": "true" });
  input.addEventListener("change", () => {
    const [file] = input.files;
    if (file) films && isFilm(file) ? offerFilm(file, place) : givePicture(place, file);
  });
  const choose = button(t("live.picture.choose"), { name: "picture", kind: "o-plain", on: () => input.click() });
  const camera = navigator.mediaDevices && button(t("live.picture.camera"), { name: "camera", on: () => openCamera(place, (file) => givePicture(place, file), () => redraw(place)) });
  return [el("div", { class: "o-picture-empty" }, choose, camera, el("p", { class: "o-picture-note" }, t("live.picture.hint")), input)];
}

function redraw(place) {
  drawn.delete(place);
  draw(place);
}

function filled(place, reference) {
  const last = place.dataset.picture !== "image";
  const about = place.dataset.of === "pose-transfer" ? "live.picture.alt.character" : last ? "live.picture.alt.last" : "live.picture.alt";
  const picture = el("img", { class: "o-picture-image", alt: t(about), src: `/oelala/pictures/${encodeURIComponent(reference)}`, draggable: false });
  picture.addEventListener("load", () => drawFraming(place));
  picture.addEventListener("error", () => place.querySelector(".o-canvas")?.replaceWith(el("p", { class: "o-fault" }, t("live.picture.gone"))));
  const frame = el("div", { class: "o-frame", role: "group", tabIndex: 0, "aria-label": t("live.picture.frame") });
  const fit = !last && button(t("live.picture.fit"), { name: "fit", "data-fit": "" });
  const change = button(t(last ? "live.picture.remove" : "live.picture.change"), { name: last ? "close" : "again", on: () => write(place, "") });
  const [save, form] = last ? [] : saveAsAvatar(place.dataset.of, reference);
  const tools = el("div", { class: "o-picture-tools" }, change, fit, save);
  return [el("div", { class: "o-canvas" }, picture, frame), el("p", { class: "o-picture-note", role: "status" }), tools, form].filter(Boolean);
}
