// Which part of a film is searched for people: from and until, in seconds of the film.
import { button, el, t } from "./dom.js";
import { get } from "./net.js";
import { round } from "./motion_strip.js";

const LEAST_SECONDS = 2; // of a film of which a part can be chosen
const FIRST_SECONDS = 20;
const films = new Map();

// Of a kept film, or the film of a kept motion: its `seconds`; null for what is none, or too short for parts.
export async function filmOf(reference) {
  if (!reference) return null;
  if (!films.has(reference)) films.set(reference, get(`/oelala/motions/film/${encodeURIComponent(reference)}`).catch(() => null));
  const film = await films.get(reference);
  if (!film) films.delete(reference);
  return film?.seconds >= LEAST_SECONDS ? film : null;
}

// `searched`: where somebody was found, {start, end}; nothing for a film that was searched in vain.
export function partChooser({ seconds, searched = null }, search) {
  const box = (key, value) => {
    const input = el("input", { type: "number", min: "0", max: String(Math.ceil(seconds)), step: "any", value: String(round(value)) });
    return { input, label: el("label", {}, el("span", {}, t(key)), input) };
  };
  const from = box("live.motion.film-from", searched?.start ?? 0);
  const until = box("live.motion.film-until", searched?.end ?? Math.min(FIRST_SECONDS, seconds));
  const whole = round(seconds);
  const words = searched ? t("live.motion.searched", { start: round(searched.start), end: round(searched.end), seconds: whole }) : t("live.motion.film", { seconds: whole });
  const go = button(t("live.motion.search-part"), { name: "again", kind: "o-plain", on: () => search({ start: from.input.value || "0", end: until.input.value || String(whole) }) });
  return el("div", { class: "o-film-part", role: "group", "aria-label": words }, el("p", { class: "o-picture-note" }, words), el("div", {}, from.label, until.label, go));
}
