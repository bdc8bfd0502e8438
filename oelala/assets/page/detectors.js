// What finds the bodies: a choice where several can be used here, and a line of what to do for each of the others.
import { el, t } from "./dom.js";
import { get } from "./net.js";
import { nameIn } from "./values.js";

const BUILT_IN = { name: "mediapipe", title: "MediaPipe", get: null };
let asked = null;

// Of this computer; asked once a page.
export function detectorsHere() {
  asked ??= get("/oelala/detectors").catch(() => ((asked = null), [BUILT_IN]));
  return asked;
}

export const detectorOf = (kind) => nameIn(kind, "detector") || BUILT_IN.name;
export const isBuiltIn = (kind) => detectorOf(kind) === BUILT_IN.name;

// A row of buttons; none where there is nothing to choose. A wish from elsewhere is shown, too: it is not dropped unsaid.
export function detectorChoice(kind, detectors, choose) {
  const chosen = detectorOf(kind);
  const offered = detectors.filter((one) => !one.get || one.name === chosen);
  if (offered.length < 2) return { node: null, follow: () => {} };
  const buttons = offered.map(({ name, title }) => el("button", { type: "button", "data-detector": name, on: { click: () => choose(name) } }, title));
  const words = t("live.motion.detector");
  const node = el("div", { class: "o-people" }, el("p", { class: "o-picture-note" }, words), el("div", { class: "o-chips", role: "group", "aria-label": words }, ...buttons));
  const follow = () => buttons.forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.detector === detectorOf(kind))));
  follow();
  return { node, follow };
}

export function detectorsToGet(detectors) {
  const lines = detectors.filter((one) => one.get).map((one) => el("p", { class: "o-picture-note", "data-get": one.name }, one.get));
  return lines.length ? el("details", { class: "o-detectors" }, el("summary", {}, t("live.motion.detectors")), ...lines) : null;
}
