// A job that looks for people, followed to its end.
import { get } from "./net.js";

const EVERY_MS = 400;
const PATIENCE_MS = 60_000;
const pause = () => new Promise((done) => setTimeout(done, EVERY_MS));

// Answers {state, motion} or {state, message, hint}; `report({step, total})` meanwhile. Throws what `get` throws.
export async function follow(job, report = () => {}) {
  let heard = Date.now();
  for (;;) {
    // No answer is not the end of a search: the page is being reloaded, or the studio restarts.
    const found = await get(`/oelala/motions/jobs/${encodeURIComponent(job)}`).catch((fault) => {
      if (fault.status || Date.now() - heard > PATIENCE_MS) throw fault;
    });
    if (found) {
      if (found.state !== "queued" && found.state !== "running") return found;
      heard = Date.now();
      report(found);
    }
    await pause();
  }
}
