// Who a dropped file is for: its kind decides, and where that leaves a choice, the tab that is open.
import { reuseFile } from "./actions.js";
import { isFilm } from "./dom.js";
import { notifyFault } from "./notices.js";
import { beginWith, offerFilm } from "./picture.js";
import { isOpen } from "./values.js";

// What Oelala made brings its settings back; anything else that is dropped is meant as a picture.
const hasSettings = (file) => /\.(mp4|json)$/i.test(file.name);

export function takeDropped(file, target) {
  const wanted = isFilm(file) && isOpen("image-to-video");
  const otherwise = (fault) => (wanted && fault.code === "no-metadata" ? offerFilm(file, target) : notifyFault(fault));
  if (hasSettings(file)) return reuseFile(file, otherwise);
  return wanted ? offerFilm(file, target) : beginWith(file, target);
}
