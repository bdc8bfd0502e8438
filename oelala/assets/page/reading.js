// Which job looks for people for which tab: a reload of the page does not lose sight of it.
import { byId } from "./dom.js";

const KEY = "oelala_reading";

function all() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
  } catch {
    return {}; // storage is switched off
  }
}

export const readingOf = (kind) => all()[kind] ?? null;

// `job` null: it has ended.
export function remember(kind, job) {
  const jobs = all();
  if (job) jobs[kind] = job;
  else delete jobs[kind];
  try {
    sessionStorage.setItem(KEY, JSON.stringify(jobs));
  } catch {
    /* storage is switched off */
  }
}

// Who signs out leaves nothing behind for the next one at this screen.
export function forgetWhoLeaves() {
  byId("o-sign-out")?.addEventListener("submit", () => sessionStorage.removeItem(KEY));
}
