// The motion to follow: chosen, dropped or one that ships; searched for people; shown as a skeleton, and trimmed.
import { detectorChoice, detectorOf, detectorsHere, detectorsToGet, isBuiltIn } from "./detectors.js";
import { button, byId, el, setText, t } from "./dom.js";
import { exportsOf } from "./export.js";
import { clear, refuse } from "./faults.js";
import { Stills } from "./stills.js";
import { filmOf, partChooser } from "./film_part.js";
import { follow } from "./find.js";
import { modelOf } from "./model.js";
import { peopleOf, pick } from "./motion_people.js";
import { sizeTools } from "./motion_size.js";
import { beginWhereSeen, timeline } from "./motion_strip.js";
import { waiting } from "./motion_wait.js";
import { get, post } from "./net.js";
import { notifyFault } from "./notices.js";
import { forgetWhoLeaves, readingOf, remember } from "./reading.js";
import { drawBody, drawDots, Player, shape } from "./skeleton.js";
import { unsaidFields } from "./unsaid.js";
import { nameIn, number, setName, setNumber } from "./values.js";
import { packed } from "./zip.js";

const EVERY_MS = 250;
const ACCEPT = "video/*,image/png,image/jpeg,image/webp,image/avif,image/gif,image/bmp,image/tiff,.heic,.mkv,.json,.zip";
const SHIPPED = ["wave", "walk", "jump", "dance", "turn"];
const shown = new WeakMap(); // the element of a motion -> the name of what it shows
const live = new WeakMap(); // the element of a motion -> the parts that change
const taken = new Set(); // tabs whose search of before a reload was picked up, or that have begun their own
let closely = false; // hands and faces, too

export function startMotion() {
  setInterval(look, EVERY_MS);
  forgetWhoLeaves();
  for (const event of ["dragover", "drop"]) document.addEventListener(event, drop, true);
  look();
}

// What the form holds may come from anywhere: a draft, a clip, a preset.
function look() {
  for (const place of document.querySelectorAll("[data-motion-of]")) {
    const value = nameIn(place.dataset.motionOf, "motion");
    pickUp(place);
    if (shown.get(place) !== value && !place.dataset.coming) bringBack(place, value);
    else live.get(place)?.follow();
  }
}

function bringBack(place, motion) {
  place.dataset.film = "";
  draw(place, motion);
}

// Where the tab that is open asks for a motion.
export const openMotion = () => [...document.querySelectorAll("[data-motion-of]")].find((place) => place.offsetParent) ?? null;

// On the field itself everything is meant as a motion, a clip of Oelala's and a picture among them.
function drop(event) {
  const place = event.target.closest?.(".o-motion-field")?.querySelector("[data-motion-of]");
  const files = [...(event.dataTransfer?.files ?? [])];
  if (!place || event.type !== "drop" || !files.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  byId("o-drop").hidden = true;
  bringMotion(place, files);
}

// A search that was on its way when the page was reloaded.
function pickUp(place) {
  const kind = place.dataset.motionOf;
  if (taken.has(kind)) return;
  taken.add(kind);
  const job = readingOf(kind);
  if (job) come(place, () => found(place, job).catch(() => ({}))); // a search that nobody knows any more is none
}

export const bringMotion = (place, files) => come(place, async () => {
  const [kind, file] = [place.dataset.motionOf, await packed(files)];
  const wish = new URLSearchParams({ name: file.name, detector: detectorOf(kind), ...rateOf(kind), ...(closely && { closely: 1 }) });
  const kept = await post(`/oelala/motions?${wish}`, file);
  return kept.job ? found(place, kept.job) : { motion: kept.reference };
});

// Of a long film no more frames are looked at than the clip will have.
function rateOf(kind) {
  const fps = modelOf(kind)?.sizes?.fps;
  return fps ? { fps } : {};
}

// The same film once more: with hands and faces, by another detector, or another part of it.
const lookAgain = (place, reference, wish) => come(place, async () => {
  const { job } = await post(`/oelala/motions/find/${encodeURIComponent(reference)}?${new URLSearchParams(wish)}`);
  return { ...(await found(place, job)), film: place.dataset.film }; // what can be searched next has not changed
});

// A file that says too little once more, with what the visitor knows of it.
const readAgain = (place, facts) => come(place, async () => {
  const { reference } = await post(`/oelala/motions/${encodeURIComponent(place.dataset.motion)}/read?${new URLSearchParams(facts)}`);
  return { motion: reference };
});

// Waits for what `find` finds: a `motion`, or the `film` that it was not found in. Without a motion all is as before.
async function come(place, find) {
  const kind = place.dataset.motionOf;
  const before = place.dataset.film;
  taken.add(kind);
  clear(kind, byId(`${kind}--motion`));
  place.dataset.coming = "true";
  waiting(place);
  let [told, fault] = [{}, null];
  try {
    told = await find();
  } catch (reason) {
    fault = reason;
  }
  remember(kind, null);
  delete place.dataset.coming;
  if (told.motion) await take(place, told.motion);
  else await keep(place, told.film ?? before ?? "");
  if (told.state === "failed") refuse(kind, { field: "motion", message: told.message, hint: told.hint });
  if (fault) blame(kind, fault);
}

async function found(place, job) {
  remember(place.dataset.motionOf, job);
  const told = await follow(job, (progress) => waiting(place, job, progress));
  if (told.detector) setName(place.dataset.motionOf, "detector", told.detector);
  return told;
}

function blame(kind, fault) {
  if (fault.status) refuse(kind, { field: "motion", message: fault.message, hint: fault.hint });
  else notifyFault(fault);
}

// What was chosen stays: the motion, its person and its part. `film`: one that nobody was found in yet, of which
// another part can be searched.
function keep(place, film) {
  place.dataset.film = film;
  return draw(place, nameIn(place.dataset.motionOf, "motion"));
}

// Another motion is followed from where somebody is seen to its end, and by its most prominent person.
function take(place, motion) {
  const kind = place.dataset.motionOf;
  place.dataset.film = "";
  setName(kind, "motion", motion);
  setNumber(kind, "person", 0);
  setNumber(kind, "motion_start", 0);
  return draw(place, motion, { fresh: true });
}

async function draw(place, motion, { fresh = false } = {}) {
  shown.set(place, motion);
  live.delete(place);
  place.dataset.motion = "";
  const kind = place.dataset.motionOf;
  const [detectors, film] = await Promise.all([detectorsHere(), filmOf(place.dataset.film)]);
  if (shown.get(place) !== motion || place.dataset.coming) return undefined;
  if (!motion) return place.replaceChildren(...empty(place, detectors, film));
  try {
    const view = await get(`/oelala/motions/${encodeURIComponent(motion)}`);
    if (shown.get(place) !== motion) return undefined;
    if (fresh) beginWhereSeen(kind, view);
    if (fresh || !(number(kind, "motion_end") > 0)) setNumber(kind, "motion_end", view.seconds);
    place.replaceChildren(...unsearched(place, film), ...filled(place, view, detectors));
    place.dataset.motion = motion;
  } catch (fault) {
    if (shown.get(place) !== motion) return undefined;
    place.replaceChildren(...empty(place, detectors));
    blame(kind, fault);
  }
  return undefined;
}

function empty(place, detectors, film = null) {
  const input = el("input", { type: "file", accept: ACCEPT, multiple: true, hidden: true, tabIndex: -1, "aria-hidden": "true" });
  input.addEventListener("change", () => input.files[0] && bringMotion(place, [...input.files]));
  const choose = button(t("live.motion.choose"), { name: "animate", kind: "o-plain", on: () => input.click() });
  const chips = SHIPPED.map((name) => el("button", { type: "button", "data-shipped": name, on: { click: () => take(place, name) } }, t(`live.motion.${name}`)));
  const group = el("div", { class: "o-chips", role: "group", "aria-label": t("live.motion.shipped") }, ...chips);
  const kind = place.dataset.motionOf;
  const by = detectorChoice(kind, detectors, (name) => setName(kind, "detector", name));
  live.set(place, { follow: by.follow });
  const hint = el("p", { class: "o-picture-note" }, t("live.motion.hint"));
  return [...unsearched(place, film), el("div", { class: "o-picture-empty" }, ...[choose, by.node, closelyBox(), hint, group, detectorsToGet(detectors), input].filter(Boolean))];
}

// Of a film that was searched in vain.
const unsearched = (place, film) => (film ? [partChooser(film, (chosen) => searchPart(place, place.dataset.film, chosen))] : []);

function searchPart(place, reference, { start, end }) {
  const kind = place.dataset.motionOf;
  return lookAgain(place, reference, { start, end, detector: detectorOf(kind), ...rateOf(kind), ...(closely && { closely: 1 }) });
}

function closelyBox() {
  const box = el("input", { type: "checkbox" });
  box.checked = closely;
  box.addEventListener("change", () => (closely = box.checked));
  return el("label", { class: "o-closely" }, box, el("span", {}, t("live.motion.closely")));
}

function filled(place, view, detectors) {
  const kind = place.dataset.motionOf;
  const canvas = el("canvas", { role: "img", "aria-label": t("live.motion.preview") });
  const box = el("div", { class: "o-skeleton" }, canvas);
  const pen = shape(canvas, view.width, view.height);
  box.style.setProperty("--ratio", view.width / view.height);
  const chosen = () => Math.min(number(kind, "person") ?? 0, view.persons.length - 1);
  const player = new Player(canvas, (index) => {
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    film.draw(pen, (index * view.step) / view.fps);
    view.persons.forEach((person, which) => {
      drawBody(pen, person.body[index], { faint: which !== chosen() });
      drawDots(pen, person.dots?.[index], { faint: which !== chosen() });
    });
  });
  const film = new Stills(nameIn(kind, "motion"), view.stills, () => player.draw(player.index));
  canvas.addEventListener("click", (event) => pick(kind, view, player.index, event));
  const percent = (share) => Math.round(share * 100);
  const words = t(view.frames === 1 ? "live.motion.still" : "live.motion.found", { frames: view.frames, fps: Math.round(view.fps * 10) / 10, detected: percent(view.detected), confidence: percent(view.confidence) });
  const more = view.hands || view.faces ? ` ${t("live.motion.parts", { hands: percent(view.hands), faces: percent(view.faces) })}` : "";
  const people = peopleOf(kind, view);
  const unsaid = unsaidFields(view, (facts) => readAgain(place, facts));
  const line = timeline(kind, view, look);
  const sizes = sizeTools(kind, view);
  const part = view.searched && partChooser({ seconds: view.searched.seconds, searched: view.searched }, (chosen) => searchPart(place, place.dataset.motion, chosen));
  const by = detectorChoice(kind, view.film ? detectors : [], (name) => name !== detectorOf(kind) && lookAgain(place, place.dataset.motion, { detector: name }));
  live.set(place, { follow: () => (people.follow(chosen()), line.follow(player), sizes.follow(), by.follow()) });
  setTimeout(() => live.get(place)?.follow());
  return [box, el("p", { class: "o-picture-note", role: "status" }, words + more), part, unsaid, people.node, by.node, line.node, toolsOf(place, player, view, sizes.nodes)].filter(Boolean);
}

function toolsOf(place, player, view, sizes) {
  const label = () => t(player.playing ? "live.motion.pause" : "live.motion.play");
  const play = button(label(), { name: null, on: () => ((player.playing = !player.playing), setText(play.querySelector("span"), label())) });
  const change = button(t("live.motion.change"), { name: "again", on: () => take(place, "") });
  const closer = view.film && !view.hands && !view.faces && isBuiltIn(place.dataset.motionOf) && button(t("live.motion.closer"), { name: "picture", on: () => lookAgain(place, place.dataset.motion, { closely: 1 }) });
  return el("div", { class: "o-picture-tools" }, change, view.frames > 1 && play, ...sizes, closer, ...exportsOf(nameIn(place.dataset.motionOf, "motion")));
}
