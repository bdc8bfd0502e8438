// Under a motion: the clip as long as the motion, and in the shape of its film.
import { button, t } from "./dom.js";
import { fitted } from "./framing.js";
import { modelOf } from "./model.js";
import { partOf } from "./motion_strip.js";
import { number, setNumber } from "./values.js";

export function sizeTools(kind, view) {
  const length = button(t("live.motion.length"), { name: "forward", hidden: true, "data-length": "", on: () => setAll(kind, lengthOf(kind, view)) });
  const size = button(t("live.picture.fit"), { name: "fit", hidden: true, "data-size": "", on: () => setAll(kind, sizeOf(kind, view)) });
  const follow = () => {
    length.hidden = isSet(kind, lengthOf(kind, view));
    size.hidden = isSet(kind, sizeOf(kind, view));
  };
  return { nodes: [length, size], follow };
}

const isSet = (kind, values) => !values || Object.entries(values).every(([name, value]) => number(kind, name) === value);

function setAll(kind, values) {
  for (const [name, value] of Object.entries(values ?? {})) setNumber(kind, name, value);
}

// As many frames as the followed part has at the model's rate, or the nearest number that the model makes.
function lengthOf(kind, view) {
  const sizes = modelOf(kind)?.sizes;
  if (!sizes || view.frames < 2) return null;
  const { start, end } = partOf(kind, view);
  const { frame_step: step, largest_num_frames: most } = sizes;
  const steps = Math.round(((end - start) * sizes.fps - 1) / step);
  return { num_frames: Math.min(Math.max(1, steps), Math.floor((most - 1) / step)) * step + 1 };
}

function sizeOf(kind, view) {
  const sizes = modelOf(kind)?.sizes;
  if (!sizes) return null;
  const [width, height] = fitted(view.width / view.height, sizes);
  return { width, height };
}
