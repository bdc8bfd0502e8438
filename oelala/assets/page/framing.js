// Over a picture, what the clip will show of it: the frame of a crop, to be dragged, or the bars around it.
import { t } from "./dom.js";
import { modelOf } from "./model.js";

const STEP = 0.05; // of the way, for an arrow key
let redraw = () => {};

export function startFraming(drawAll) {
  redraw = drawAll;
  const soon = (event) => event.target.closest?.(".o-form") && setTimeout(redraw, 120); // once Gradio has settled
  for (const event of ["input", "change", "focusout", "click"]) document.addEventListener(event, soon);
  document.addEventListener("click", (event) => event.target.closest?.("[data-fit]") && fit(event));
  document.addEventListener("pointerdown", (event) => event.target.closest?.(".o-frame") && drag(event));
  document.addEventListener("keydown", (event) => event.target.closest?.(".o-frame") && nudge(event));
}

const input = (kind, name) => document.querySelector(`[id="${kind}--${name}"] input`);
const number = (kind, name) => Number(input(kind, name)?.value);
const framing = (kind) => document.querySelector(`[id="${kind}--framing"] input:checked`)?.value ?? "crop";

// A last picture has a place of its own to keep.
const focusOf = (place, axis) => `${place.dataset.picture === "last_image" ? "last_" : ""}focus_${axis}`;

const focused = (place, axis) => number(place.dataset.of, focusOf(place, axis));

function set(kind, name, value) {
  const box = input(kind, name);
  if (!box || Number(box.value) === value) return;
  box.value = String(value);
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.dispatchEvent(new Event("blur"));
}

// The picture's share that a crop keeps, on each axis.
function kept(picture, width, height) {
  const ratio = width / height / (picture.naturalWidth / picture.naturalHeight);
  return ratio < 1 ? { x: ratio, y: 1 } : { x: 1, y: 1 / ratio };
}

export function drawFraming(place) {
  const kind = place.dataset.of;
  const [picture, canvas] = [place.querySelector(".o-picture-image"), place.querySelector(".o-canvas")];
  const [width, height] = [number(kind, "width"), number(kind, "height")];
  if (!picture?.naturalWidth || !canvas || !(width > 0) || !(height > 0)) return;
  const pad = framing(kind) === "pad";
  const share = kept(picture, width, height);
  canvas.classList.toggle("o-pad", pad);
  canvas.style.aspectRatio = pad ? `${width} / ${height}` : `${picture.naturalWidth} / ${picture.naturalHeight}`;
  canvas.style.setProperty("--ratio", pad ? width / height : picture.naturalWidth / picture.naturalHeight);
  const frame = place.querySelector(".o-frame");
  frame.hidden = pad || (share.x > 0.995 && share.y > 0.995);
  frame.style.width = `${share.x * 100}%`;
  frame.style.height = `${share.y * 100}%`;
  frame.style.left = `${(1 - share.x) * clamp(focused(place, "x")) * 100}%`;
  frame.style.top = `${(1 - share.y) * clamp(focused(place, "y")) * 100}%`;
  note(place, picture, { width, height, pad, lost: 1 - share.x * share.y });
}

function note(place, picture, { width, height, pad, lost }) {
  const percent = Math.round(lost * 100);
  const words = { from: `${picture.naturalWidth} × ${picture.naturalHeight}`, to: `${width} × ${height}`, percent };
  const key = percent === 0 ? "whole" : pad ? "bars" : "cut";
  const line = place.querySelector(".o-picture-note");
  const text = t(`live.picture.${key}`, words);
  if (line && line.textContent !== text) line.textContent = text;
}

const clamp = (value) => Math.min(1, Math.max(0, Number.isFinite(value) ? value : 0.5));

function drag(event) {
  const frame = event.target.closest(".o-frame");
  const [place, canvas] = [frame.closest("[data-of]"), frame.parentElement];
  const { of: kind } = place.dataset;
  const room = { x: canvas.clientWidth - frame.offsetWidth, y: canvas.clientHeight - frame.offsetHeight };
  const from = { x: event.clientX - frame.offsetLeft, y: event.clientY - frame.offsetTop };
  event.preventDefault();
  frame.focus();
  frame.setPointerCapture(event.pointerId);
  const move = (now) => {
    if (room.x > 1) set(kind, focusOf(place, "x"), round(clamp((now.clientX - from.x) / room.x)));
    if (room.y > 1) set(kind, focusOf(place, "y"), round(clamp((now.clientY - from.y) / room.y)));
    redraw();
  };
  frame.addEventListener("pointermove", move);
  frame.addEventListener("pointerup", () => frame.removeEventListener("pointermove", move), { once: true });
}

const round = (value) => Math.round(value * 1000) / 1000;

function nudge(event) {
  const [axis, way] = { ArrowLeft: ["x", -1], ArrowRight: ["x", 1], ArrowUp: ["y", -1], ArrowDown: ["y", 1] }[event.key] ?? [];
  if (!axis) return;
  event.preventDefault();
  const place = event.target.closest("[data-of]");
  set(place.dataset.of, focusOf(place, axis), round(clamp(focused(place, axis) + way * STEP)));
  redraw();
}

// The size of the picture's own shape that has as many pixels as the model's own, in steps the model takes.
function fit(event) {
  const place = event.target.closest("[data-of]");
  const [kind, picture] = [place.dataset.of, place.querySelector(".o-picture-image")];
  const limits = modelOf(kind)?.sizes;
  if (!limits || !picture?.naturalWidth) return;
  const [width, height] = fitted(picture.naturalWidth / picture.naturalHeight, limits);
  set(kind, "width", width);
  set(kind, "height", height);
  setTimeout(redraw, 60);
}

export function fitted(ratio, { multiple, smallest_side: least, largest_side: most, largest_area: largest, native }) {
  const area = Math.min(largest, native[0][0] * native[0][1]);
  const step = (side) => Math.min(Math.floor(most / multiple) * multiple, Math.max(least, Math.round(side / multiple) * multiple));
  let [width, height] = [step(Math.sqrt(area * ratio)), step(Math.sqrt(area / ratio))];
  while (width * height > largest) {
    if (width >= height) width -= multiple;
    else height -= multiple;
  }
  return [width, height];
}
