// Files dropped anywhere on the page, and whom they are for.
import { reuseFile } from "./actions.js";
import { byId, isFilm, t } from "./dom.js";
import { bringMotion, openMotion } from "./motion.js";
import { beginWith, offerFilm } from "./picture.js";
import { isOpen } from "./values.js";

const WITH_SETTINGS = /\.(mp4|json)$/i; // what Oelala writes
const MOVES = /\.(mp4|m4v|mov|mkv|webm|avi|gif|json|zip)$/i;
const LARGE = 200e6; // bytes; no clip of Oelala's, and long on its way
// Faults of a file that holds no settings: it may well be something else.
const NO_SETTINGS = ["no-metadata", "unreadable-file", "upload-too-large"];

// What a file is tried as. "settings": what Oelala made brings them back. "motion", "film": where one is asked
// for, anything that moves is one, unless it has settings to bring ("settings or …"). "picture": all the rest.
export function meantAs(file, { asksForMotion, asksForFilm }) {
  const mayHaveSettings = WITH_SETTINGS.test(file.name);
  const otherwise = asksForMotion && MOVES.test(file.name) ? "motion" : asksForFilm && isFilm(file) ? "film" : null;
  if (!otherwise) return mayHaveSettings ? "settings" : "picture";
  return mayHaveSettings && file.size < LARGE ? `settings or ${otherwise}` : otherwise;
}

function deliver(files, target) {
  const [file] = files;
  const place = openMotion();
  const meant = meantAs(file, { asksForMotion: Boolean(place), asksForFilm: isOpen("image-to-video") });
  if (meant === "picture") return beginWith(file, target);
  if (meant === "settings") return reuseFile(file);
  const use = () => (meant.endsWith("motion") ? bringMotion(place, files) : offerFilm(file, target));
  return meant.startsWith("settings") && files.length === 1 ? reuseFile(file, { without: NO_SETTINGS, use }) : use();
}

export function startDrop() {
  const overlay = byId("o-drop");
  const words = overlay.querySelector("p");
  const usual = words.textContent;
  const isFile = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    if (overlay.hidden) words.textContent = openMotion() ? t("live.drop.motion") : usual;
    overlay.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) overlay.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    overlay.hidden = true;
    if (!isFile(event)) return;
    event.preventDefault();
    const files = [...event.dataTransfer.files];
    if (files.length) deliver(files, event.target);
  });
}
