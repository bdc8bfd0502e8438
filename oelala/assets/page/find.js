// A job that looks for people, followed to its end.
import { get } from "./net.js";

const EVERY_MS = 400;
const pause = () => new Promise((done) => setTimeout(done, EVERY_MS));

// Answers {state, motion} or {state, message, hint}; `report({step, total})` meanwhile. Throws what `get` throws.
export async function follow(job, report = () => {}) {
  for (;;) {
    const found = await get(`/oelala/motions/jobs/${encodeURIComponent(job)}`);
    if (found.state !== "queued" && found.state !== "running") return found;
    report(found);
    await pause();
  }
}
