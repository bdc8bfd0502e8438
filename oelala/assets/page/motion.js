// The motion to follow: chosen, dropped or one that ships; searched for people; shown as a skeleton, and trimmed.
import { cancelJob } from "./actions.js";
import { detectorChoice, detectorOf, detectorsHere, detectorsToGet, isBuiltIn } from "./detectors.js";
import { button, byId, el, setText, t } from "./dom.js";
import { exportsOf } from "./export.js";
import { clear, refuse } from "./faults.js";
import { Film } from "./film.js";
import { follow } from "./find.js";
import { get, post } from "./net.js";
import { notifyFault } from "./notices.js";
import { forgetWhoLeaves, readingOf, remember } from "./reading.js";
import { distance, drawBody, drawDots, Player, shape } from "./skeleton.js";
import { nameIn, number, setName, setNumber } from "./values.js";

const EVERY_MS = 250;
const ACCEPT = "video/*,image/png,image/jpeg,image/webp,.mkv,.json,.zip";
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
    if (shown.get(place) !== value && !place.dataset.coming) draw(place, value);
    else live.get(place)?.follow();
  }
}

function drop(event) {
  const place = event.target.closest?.(".o-motion-field")?.querySelector("[data-motion-of]");
  const file = event.dataTransfer?.files?.[0];
  if (!place || event.type !== "drop" || !file) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  byId("o-drop").hidden = true;
  give(place, file);
}

// A search that was on its way when the page was reloaded.
function pickUp(place) {
  const kind = place.dataset.motionOf;
  if (taken.has(kind)) return;
  taken.add(kind);
  const job = readingOf(kind);
  if (job) come(place, () => found(place, job).catch(() => "")); // a search that nobody knows any more is none
}

const give = (place, file) => come(place, async () => {
  const wish = `detector=${encodeURIComponent(detectorOf(place.dataset.motionOf))}${closely ? "&closely=1" : ""}`;
  const kept = await post(`/oelala/motions?name=${encodeURIComponent(file.name)}&${wish}`, file);
  return kept.job ? found(place, kept.job) : kept.reference;
});

// The same film once more, with hands and faces or by another detector.
const lookAgain = (place, wish) => come(place, async () => {
  const { job } = await post(`/oelala/motions/find/${encodeURIComponent(place.dataset.motion)}?${wish}`);
  return found(place, job);
}, place.dataset.motion);

// Waits for what `find` finds; without it the motion is `otherwise`.
async function come(place, find, otherwise = "") {
  const kind = place.dataset.motionOf;
  taken.add(kind);
  clear(kind, byId(`${kind}--motion`));
  place.dataset.coming = "true";
  waiting(place);
  let motion = "";
  try {
    motion = await find();
  } catch (fault) {
    blame(kind, fault);
  }
  remember(kind, null);
  delete place.dataset.coming;
  take(place, motion || otherwise);
}

async function found(place, job) {
  remember(place.dataset.motionOf, job);
  const told = await follow(job, (progress) => waiting(place, job, progress));
  if (told.state === "failed") refuse(place.dataset.motionOf, { field: "motion", message: told.message, hint: told.hint });
  if (told.detector) setName(place.dataset.motionOf, "detector", told.detector);
  return told.motion ?? "";
}

function blame(kind, fault) {
  if (fault.status) refuse(kind, { field: "motion", message: fault.message, hint: fault.hint });
  else notifyFault(fault);
}

// Another motion is followed from its beginning to its end, and by its most prominent person.
function take(place, motion) {
  const kind = place.dataset.motionOf;
  setName(kind, "motion", motion);
  setNumber(kind, "person", 0);
  setNumber(kind, "motion_start", 0);
  draw(place, motion, { fresh: true });
}

async function draw(place, motion, { fresh = false } = {}) {
  shown.set(place, motion);
  live.delete(place);
  place.dataset.motion = "";
  const kind = place.dataset.motionOf;
  const detectors = await detectorsHere();
  if (shown.get(place) !== motion || place.dataset.coming) return undefined;
  if (!motion) return place.replaceChildren(...empty(place, detectors));
  try {
    const view = await get(`/oelala/motions/${encodeURIComponent(motion)}`);
    if (shown.get(place) !== motion) return undefined;
    if (fresh || !(number(kind, "motion_end") > 0)) setNumber(kind, "motion_end", view.seconds);
    place.replaceChildren(...filled(place, view, detectors));
    place.dataset.motion = motion;
  } catch (fault) {
    if (shown.get(place) !== motion) return undefined;
    place.replaceChildren(...empty(place, detectors));
    blame(kind, fault);
  }
  return undefined;
}

function waiting(place, job = null, { step = 0, total = 0 } = {}) {
  if (!place.querySelector(".o-motion-wait")) {
    const note = el("p", { class: "o-picture-note", role: "status" });
    place.replaceChildren(el("div", { class: "o-motion-wait" }, note, el("progress", { max: 1, "aria-label": t("live.progress") }), el("div", { class: "o-picture-tools" })));
  }
  const [bar, tools] = [place.querySelector("progress"), place.querySelector(".o-picture-tools")];
  setText(place.querySelector(".o-picture-note"), total ? t("live.motion.finding", { step, total }) : t("live.motion.coming"));
  if (total) bar.value = step / total;
  else bar.removeAttribute("value");
  if (job && !tools.firstChild) tools.append(button(t("live.cancel"), { name: "close", on: () => cancelJob(job) }));
}

function empty(place, detectors) {
  const input = el("input", { type: "file", accept: ACCEPT, hidden: true, tabIndex: -1, "aria-hidden": "true" });
  input.addEventListener("change", () => input.files[0] && give(place, input.files[0]));
  const choose = button(t("live.motion.choose"), { name: "animate", kind: "o-plain", on: () => input.click() });
  const chips = SHIPPED.map((name) => el("button", { type: "button", "data-shipped": name, on: { click: () => take(place, name) } }, t(`live.motion.${name}`)));
  const group = el("div", { class: "o-chips", role: "group", "aria-label": t("live.motion.shipped") }, ...chips);
  const kind = place.dataset.motionOf;
  const by = detectorChoice(kind, detectors, (name) => setName(kind, "detector", name));
  live.set(place, { follow: by.follow });
  const hint = el("p", { class: "o-picture-note" }, t("live.motion.hint"));
  return [el("div", { class: "o-picture-empty" }, ...[choose, by.node, closelyBox(), hint, group, detectorsToGet(detectors), input].filter(Boolean))];
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
  const film = new Film(nameIn(kind, "motion"), view.stills, () => player.draw(player.index));
  canvas.addEventListener("click", (event) => pick(kind, view, player.index, event));
  const percent = (share) => Math.round(share * 100);
  const words = t(view.frames === 1 ? "live.motion.still" : "live.motion.found", { frames: view.frames, fps: Math.round(view.fps * 10) / 10, detected: percent(view.detected), confidence: percent(view.confidence) });
  const more = view.hands || view.faces ? ` ${t("live.motion.parts", { hands: percent(view.hands), faces: percent(view.faces) })}` : "";
  const people = peopleOf(kind, view);
  const line = timeline(kind, view);
  const by = detectorChoice(kind, view.film ? detectors : [], (name) => name !== detectorOf(kind) && lookAgain(place, `detector=${encodeURIComponent(name)}`));
  live.set(place, { follow: () => (people.follow(chosen()), line.follow(player), by.follow()) });
  setTimeout(() => live.get(place)?.follow());
  return [box, el("p", { class: "o-picture-note", role: "status" }, words + more), people.node, by.node, line.node, toolsOf(place, player, view)].filter(Boolean);
}

function pick(kind, view, index, event) {
  const area = event.currentTarget.getBoundingClientRect();
  const [x, y] = [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height];
  const far = view.persons.map((person) => distance(person.body[index], x, y));
  const nearest = far.indexOf(Math.min(...far));
  if (far[nearest] < 0.2) setNumber(kind, "person", nearest);
}

function peopleOf(kind, view) {
  if (view.persons.length < 2) return { node: null, follow: () => {} };
  const buttons = view.persons.map((_, which) => el("button", { type: "button", on: { click: () => setNumber(kind, "person", which) } }, t("live.motion.person", { n: which + 1 })));
  const words = t("live.motion.people", { n: view.persons.length });
  const node = el("div", { class: "o-people" }, el("p", { class: "o-picture-note" }, words), el("div", { class: "o-chips", role: "group", "aria-label": words }, ...buttons));
  return { node, follow: (chosen) => buttons.forEach((one, which) => one.setAttribute("aria-pressed", String(which === chosen))) };
}

function timeline(kind, view) {
  const strip = el("div", { class: "o-strip", role: "img", "aria-label": t("live.motion.timeline") });
  const note = el("p", { class: "o-picture-note" });
  const step = Math.max(0.01, Math.round(1000 / view.fps) / 1000);
  const handle = (key, name) => {
    const range = el("input", { type: "range", min: "0", max: String(view.seconds), step: "any", "aria-label": t(key) });
    range.addEventListener("input", () => move(kind, name, Number(range.value), step, view.seconds));
    return range;
  };
  const [from, until] = [handle("live.motion.from", "motion_start"), handle("live.motion.until", "motion_end")];
  const label = (key, range) => el("label", { class: "o-range" }, el("span", {}, t(key)), range);
  const node = el("div", { class: "o-timeline" }, strip, label("live.motion.from", from), label("live.motion.until", until), note);
  return { node: view.frames > 1 ? node : null, follow: (player) => followPart(kind, view, { strip, from, until, note, player }) };
}

const round = (seconds) => Math.round(seconds * 100) / 100;

// The beginning stays before the end, by a frame at least.
function move(kind, name, seconds, step, whole) {
  const [start, end] = [number(kind, "motion_start") ?? 0, number(kind, "motion_end") || whole];
  const kept = name === "motion_start" ? Math.min(seconds, end - step) : Math.max(seconds, start + step);
  setNumber(kind, name, round(Math.max(0, kept)));
  look();
}

function followPart(kind, view, { strip, from, until, note, player }) {
  const whole = view.seconds;
  const [start, end] = [number(kind, "motion_start") ?? 0, Math.min(number(kind, "motion_end") || whole, whole)];
  const person = number(kind, "person") ?? 0;
  const key = `${start} ${end} ${person}`;
  if (strip.dataset.key === key) return;
  strip.dataset.key = key;
  for (const [range, value] of [[from, start], [until, end]]) {
    range.value = String(value);
    range.setAttribute("aria-valuetext", t("live.motion.second", { n: round(value) }));
  }
  const seen = (view.persons[person] ?? view.persons[0]).seen;
  const part = seen.map((one, index) => `${one ? (index / seen.length >= start / whole && index / seen.length < end / whole ? "var(--o-accent)" : "var(--o-muted)") : "transparent"} ${(index / seen.length) * 100}% ${((index + 1) / seen.length) * 100}%`);
  strip.style.background = `linear-gradient(to right, ${part.join(", ")})`;
  setText(note, t("live.motion.part", { start: round(start), end: round(end), seconds: round(whole) }));
  const first = Math.min(seen.length - 1, Math.round((start / whole) * seen.length));
  player.show({ from: first, count: Math.round(((end - start) / whole) * seen.length), fps: view.fps / view.step });
}

function toolsOf(place, player, view) {
  const label = () => t(player.playing ? "live.motion.pause" : "live.motion.play");
  const play = button(label(), { name: null, on: () => ((player.playing = !player.playing), setText(play.querySelector("span"), label())) });
  const change = button(t("live.motion.change"), { name: "again", on: () => take(place, "") });
  const closer = view.film && !view.hands && !view.faces && isBuiltIn(place.dataset.motionOf) && button(t("live.motion.closer"), { name: "picture", on: () => lookAgain(place, "closely=1") });
  return el("div", { class: "o-picture-tools" }, change, view.frames > 1 && play, closer, ...exportsOf(nameIn(place.dataset.motionOf, "motion")));
}
