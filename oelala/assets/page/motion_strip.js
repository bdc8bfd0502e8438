// The strip under a motion: where somebody was found, which part is followed, and how much of that the clip shows.
import { el, setText, t } from "./dom.js";
import { modelOf } from "./model.js";
import { number, setNumber } from "./values.js";

const LOOKS = ["absent", "found", "filled"]; // what `seen` says of a frame
export const round = (seconds) => Math.round(seconds * 100) / 100;

// The part of the motion that is followed, and the seconds of it that the clip shows: those of its own length.
export function partOf(kind, view) {
  const start = number(kind, "motion_start") ?? 0;
  const end = Math.min(number(kind, "motion_end") || view.seconds, view.seconds);
  const [frames, fps] = [number(kind, "num_frames"), modelOf(kind)?.sizes?.fps];
  return { start, end, shown: frames && fps ? Math.min(end, start + frames / fps) : end };
}

const firstOf = (kind, view) => (view.persons[number(kind, "person") ?? 0] ?? view.persons[0]).first ?? 0;

// Of a motion that nobody has trimmed: the seconds in which nobody is seen would be spent on an empty clip.
export const beginWhereSeen = (kind, view) => setNumber(kind, "motion_start", firstOf(kind, view));

export function timeline(kind, view, redraw) {
  const strip = el("div", { class: "o-strip", role: "img" });
  const legend = el("p", { class: "o-legend", "aria-hidden": "true" });
  const note = el("p", { class: "o-picture-note" });
  const step = Math.max(0.01, Math.round(1000 / view.fps) / 1000);
  const handle = (key, name) => {
    const range = el("input", { type: "range", min: "0", max: String(view.seconds), step: "any", "aria-label": t(key) });
    range.addEventListener("input", () => {
      move(kind, name, Number(range.value), step, view.seconds);
      redraw();
    });
    return range;
  };
  const [from, until] = [handle("live.motion.from", "motion_start"), handle("live.motion.until", "motion_end")];
  const label = (key, range) => el("label", { class: "o-range" }, el("span", {}, t(key)), range);
  const node = el("div", { class: "o-timeline" }, strip, legend, label("live.motion.from", from), label("live.motion.until", until), note);
  const parts = { strip, legend, from, until, note };
  return { node: view.frames > 1 ? node : null, follow: (player) => follow(kind, view, parts, player) };
}

// The beginning stays before the end, by a frame at least.
function move(kind, name, seconds, step, whole) {
  const [start, end] = [number(kind, "motion_start") ?? 0, number(kind, "motion_end") || whole];
  const kept = name === "motion_start" ? Math.min(seconds, end - step) : Math.max(seconds, start + step);
  setNumber(kind, name, round(Math.max(0, kept)));
}

function follow(kind, view, { strip, legend, from, until, note }, player) {
  const whole = view.seconds;
  const part = partOf(kind, view);
  const person = number(kind, "person") ?? 0;
  const key = `${part.start} ${part.end} ${part.shown} ${person}`;
  if (strip.dataset.key === key) return;
  strip.dataset.key = key;
  for (const [range, value] of [[from, part.start], [until, part.end]]) {
    range.value = String(value);
    range.setAttribute("aria-valuetext", t("live.motion.second", { n: round(value) }));
  }
  const { seen } = view.persons[person] ?? view.persons[0];
  strip.replaceChildren(...runs(seen), ...covers(part, whole));
  strip.setAttribute("aria-label", inWords(seen, part));
  legend.replaceChildren(...legendOf(seen, part));
  const words = t("live.motion.part", { start: round(part.start), end: round(part.end), seconds: round(whole) });
  setText(note, part.start > 0 && part.start === firstOf(kind, view) ? `${words}. ${t("live.motion.begins")}` : words);
  const first = Math.min(seen.length - 1, Math.round((part.start / whole) * seen.length));
  player.show({ from: first, count: Math.round(((part.end - part.start) / whole) * seen.length), fps: view.fps / view.step });
}

const span = (look, from, to) => el("span", { class: `o-strip-${look}`, style: `left:${from * 100}%;width:${(to - from) * 100}%` });

// Neighbours that look alike are one piece.
function runs(seen) {
  const pieces = [];
  let from = 0;
  for (let at = 1; at <= seen.length; at += 1) {
    if (at < seen.length && seen[at] === seen[from]) continue;
    if (seen[from]) pieces.push(span(LOOKS[seen[from]], from / seen.length, at / seen.length));
    from = at;
  }
  return pieces;
}

// What is not followed, or not shown, is paler; a line runs under what the clip shows.
function covers({ start, end, shown }, whole) {
  return [span("out", 0, start / whole), span("unused", shown / whole, end / whole), span("out", end / whole, 1), span("clip", start / whole, shown / whole)];
}

const shares = (seen) => LOOKS.map((_, look) => Math.round((seen.filter((one) => one === look).length / seen.length) * 100));

function inWords(seen, { start, shown }) {
  const [absent, found, filled] = shares(seen);
  return t("live.motion.timeline", { found, filled, absent, start: round(start), end: round(shown) });
}

function legendOf(seen, { end, shown }) {
  const looks = LOOKS.filter((_, look) => look === 1 || seen.includes(look)).reverse();
  if (shown < end) looks.push("clip");
  return looks.map((look) => el("span", {}, el("i", { class: `o-strip-${look}` }), t(`live.motion.look.${look}`)));
}
