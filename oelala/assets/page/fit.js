// The motion as the model will see it, over its character, and what does not fit in words, before Generate.
import { button, el, setText, t } from "./dom.js";
import { Stills } from "./stills.js";
import { follow } from "./find.js";
import { modelOf } from "./model.js";
import { post } from "./net.js";
import { drawBody, Player, shape } from "./skeleton.js";
import { choice, isOpen, nameIn, number, setNumber } from "./values.js";

const EVERY_MS = 250;
const NUMBERS = ["motion_start", "motion_end", "person", "bones", "pose_scale", "shift_x", "shift_y", "width", "height", "num_frames"];
const parts = new WeakMap(); // the element of a preview -> what it shows
const characters = new Map(); // a kept picture -> {motion} found in it, {} while it is looked for, {none} without

export function startFit() {
  setInterval(() => document.querySelectorAll("[data-fit-of]").forEach(look), EVERY_MS);
}

function look(place) {
  const kind = place.dataset.fitOf;
  if (!isOpen(kind)) return;
  const part = parts.get(place) ?? make(place);
  if (choice(kind, "mode") === "replace") stayInPlace(kind);
  const asked = askedOf(kind);
  const key = JSON.stringify(asked);
  if (key !== part.key) {
    part.key = key;
    part.since = Date.now();
  } else if (part.since && Date.now() - part.since >= EVERY_MS) {
    part.since = 0; // it has come to rest
    fit(place, part, asked);
  }
}

// Who takes somebody's place in a film moves where they did: the sliders are away, and say nothing.
function stayInPlace(kind) {
  setNumber(kind, "pose_scale", 1);
  for (const name of ["shift_x", "shift_y"]) setNumber(kind, name, 0);
}

function askedOf(kind) {
  const values = Object.fromEntries(NUMBERS.map((name) => [name, number(kind, name)]));
  if (!(values.motion_end > 0)) values.motion_end = null;
  const image = nameIn(kind, "image");
  const framing = choice(kind, "framing");
  const [focus_x, focus_y] = [number(kind, "focus_x") ?? 0.5, number(kind, "focus_y") ?? 0.5];
  const drawing = { image, framing, focus: [focus_x, focus_y] };
  return { values: { ...values, framing, focus_x, focus_y, model: modelOf(kind)?.id ?? null, motion: nameIn(kind, "motion"), mode: choice(kind, "mode"), pose_style: choice(kind, "pose_style"), character: characterOf(image) }, drawing };
}

// The body in the character's picture: found once, by a job of its own.
function characterOf(image) {
  if (!image) return null;
  if (!characters.has(image)) {
    characters.set(image, {});
    search(image);
  }
  return characters.get(image).motion ?? null;
}

async function search(image) {
  try {
    const { job } = await post(`/oelala/motions/find/${encodeURIComponent(image)}`);
    const found = await follow(job);
    characters.set(image, found.motion ? { motion: found.motion } : { none: true });
  } catch {
    characters.set(image, { none: true });
  }
  for (const place of document.querySelectorAll("[data-fit-of]")) if (parts.has(place)) parts.get(place).key = "";
}

function make(place) {
  const canvas = el("canvas", { role: "img", "aria-label": t("live.fit.overlay") });
  const box = el("div", { class: "o-skeleton", hidden: true }, canvas);
  const words = el("ul", { class: "o-fit-words" });
  const onto = button(t("live.fit.onto"), { hidden: true, on: () => moveOnto(place) });
  place.replaceChildren(box, el("div", { role: "status" }, words), onto);
  const part = { key: null, since: 0, box, canvas, words, onto, view: null, picture: null, player: null };
  part.player = new Player(canvas, (index) => draw(part, index));
  parts.set(place, part);
  return part;
}

// Only the sliders move: what was found can be seen there, and changed.
function moveOnto(place) {
  for (const [name, value] of Object.entries(parts.get(place).view.place)) setNumber(place.dataset.fitOf, name, value);
}

async function fit(place, part, { values, drawing }) {
  part.onto.hidden = true;
  if (!values.motion || !values.model || !values.width || !values.height || !values.num_frames) {
    part.box.hidden = true;
    return say(part, [{ text: t("live.fit.none") }]);
  }
  const key = part.key;
  try {
    const view = await post("/oelala/motions/fit", JSON.stringify(values));
    if (part.key !== key) return undefined;
    part.view = view;
    part.drawing = drawing;
    part.from = values.motion_start ?? 0;
    part.film = values.mode === "replace" ? new Stills(values.motion, view.stills, () => part.player.draw(part.player.index)) : null;
    part.picture = part.film ? null : await pictureOf(drawing.image);
    part.canvas.setAttribute("aria-label", t(part.film ? "live.fit.overlay.film" : "live.fit.overlay"));
    part.box.hidden = false;
    part.onto.hidden = !view.place || Object.entries(view.place).every(([name, value]) => values[name] === value);
    shape(part.canvas, view.width, view.height);
    part.player.show({ from: 0, count: view.body.length, fps: view.fps });
    return say(part, wordsOf(view, drawing.image));
  } catch (fault) {
    part.box.hidden = true;
    return say(part, [{ text: `${fault.message} ${fault.hint ?? ""}`.trim(), serious: true }]);
  }
}

function wordsOf(view, image) {
  const known = image ? characters.get(image) : null;
  const about = !known || known.motion ? [] : [{ text: t(known.none ? "live.fit.no-body" : "live.fit.looking") }];
  return [...(view.words.length ? view.words : [{ text: t("live.fit.good"), good: true }]), ...about];
}

function say(part, words) {
  const key = JSON.stringify(words);
  if (part.words.dataset.key === key) return;
  part.words.dataset.key = key;
  part.words.replaceChildren(...words.map(({ text, serious, good }) => {
    const line = el("li", { class: serious ? "o-serious" : good ? "o-good" : "" });
    setText(line, text);
    return line;
  }));
}

const pictures = new Map();

async function pictureOf(reference) {
  if (!reference) return null;
  if (!pictures.has(reference)) {
    const picture = new Image();
    picture.src = `/oelala/pictures/${encodeURIComponent(reference)}`;
    pictures.set(reference, picture.decode().then(() => picture, () => null));
  }
  return pictures.get(reference);
}

function draw(part, index) {
  if (!part.view) return;
  const pen = part.canvas.getContext("2d");
  pen.fillStyle = "#000";
  pen.fillRect(0, 0, part.canvas.width, part.canvas.height);
  part.film?.draw(pen, part.from + index / part.view.fps);
  if (part.picture) drawPicture(pen, part.picture, part.drawing);
  drawBody(pen, part.view.body[index % part.view.body.length]);
}

// As the model gets it: whole between bars, or cropped around the place that is kept.
function drawPicture(pen, picture, { framing, focus }) {
  const { width, height } = pen.canvas;
  const both = [width / picture.naturalWidth, height / picture.naturalHeight];
  const scale = framing === "crop" ? Math.max(...both) : Math.min(...both);
  const [wide, high] = [picture.naturalWidth * scale, picture.naturalHeight * scale];
  const [x, y] = framing === "crop" ? focus : [0.5, 0.5];
  pen.globalAlpha = 0.55;
  pen.drawImage(picture, (width - wide) * x, (height - high) * y, wide, high);
  pen.globalAlpha = 1;
}
