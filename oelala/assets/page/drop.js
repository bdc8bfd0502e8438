// Files dropped anywhere on the page, and whom they are for.
import { reuseFile } from "./actions.js";
import { byId, t } from "./dom.js";
import { beginWith } from "./picture.js";
import { bringMotion, openMotion } from "./motion.js";

const WITH_SETTINGS = /\.(mp4|json)$/i; // what Oelala writes
const MOVES = /\.(mp4|m4v|mov|mkv|webm|avi|gif|json|zip)$/i;
const LARGE = 200e6; // bytes; no clip of Oelala's, and long on its way
// Faults of a file that holds no settings: it may well be something else.
const NO_SETTINGS = ["no-metadata", "unreadable-file", "upload-too-large"];

// "settings": what Oelala made brings them back. "motion": where one is asked for, anything that moves is one,
// unless ("settings or motion") it has settings to bring. "picture": all the rest.
export function meantAs(file, { asksForMotion }) {
  const mayHaveSettings = WITH_SETTINGS.test(file.name);
  if (!asksForMotion || !MOVES.test(file.name)) return mayHaveSettings ? "settings" : "picture";
  return mayHaveSettings && file.size < LARGE ? "settings or motion" : "motion";
}

function deliver(files, target) {
  const place = openMotion();
  const meant = meantAs(files[0], { asksForMotion: Boolean(place) });
  const bring = () => bringMotion(place, files);
  if (meant === "picture") return beginWith(files[0], target);
  if (meant === "settings") return reuseFile(files[0]);
  return meant === "motion" || files.length > 1 ? bring() : reuseFile(files[0], { without: NO_SETTINGS, use: bring });
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
