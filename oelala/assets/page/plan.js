// The line above Generate hears of changed fields by itself. What else it tells of, a page has to say: a clip
// that has taught how long the next one takes, memory that is free again, a model that has come.
import { on } from "./state.js";

export function startPlan() {
  on("ended", () => Object.keys(window.oelala.bridges ?? {}).forEach(foretell));
}

export const foretell = (kind) => window.oelala.bridges?.[kind]?.foretell();
