// The name of the browser's tab tells how far the running clip is, for who is elsewhere meanwhile.
import { makesClip, on, progressOf, running } from "./state.js";

export function startTitle() {
  on("jobs", () => {
    const job = running().find(makesClip) ?? running()[0];
    const title = job ? `${Math.round(progressOf(job) * 100)} % · Oelala` : "Oelala";
    if (document.title !== title) document.title = title;
  });
}
