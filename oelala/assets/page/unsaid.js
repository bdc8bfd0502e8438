// What OpenPose's JSON leaves open: frames a second, and how large the frame is. Guessed, and put right here.
import { button, el, t } from "./dom.js";
import { round } from "./motion_strip.js";

// `read` gets the numbers that the visitor left there.
export function unsaidFields(view, read) {
  if (!view.unsaid) return null;
  const values = { ...(view.unsaid.fps && { fps: round(view.fps) }), ...(view.unsaid.size && { width: view.width, height: view.height }) };
  const boxes = Object.entries(values).map(([name, value]) => {
    const input = el("input", { type: "number", min: name === "fps" ? "0.1" : "16", step: "any", value: String(value) });
    return { name, input, label: el("label", {}, el("span", {}, t(`live.motion.unsaid.${name}`)), input) };
  });
  const filled = () => Object.fromEntries(boxes.filter(({ input }) => input.value).map(({ name, input }) => [name, input.value]));
  const words = t("live.motion.unsaid");
  const go = button(t("live.motion.unsaid.read"), { name: "again", kind: "o-plain", on: () => read(filled()) });
  return el("div", { class: "o-film-part", role: "group", "aria-label": words }, el("p", { class: "o-picture-note" }, words), el("div", {}, ...boxes.map(({ label }) => label), go));
}
