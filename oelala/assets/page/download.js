// Words and buttons of a model's download: it is paused, not cancelled, and goes on where it was.
import { cancelJob, retryJob } from "./actions.js";
import { button, duration, t } from "./dom.js";
import { isDownload, remaining, speedOf, state } from "./state.js";

// The newest download of each model; what came before it has nothing to add.
export const downloads = () => {
  const all = [...state.jobs.values()].filter(isDownload).sort((a, b) => a.created - b.created);
  return new Map(all.map((job) => [job.facts.model, job]));
};

export const isOvertaken = (job) => isDownload(job) && downloads().get(job.facts.model) !== job;

const OWN_WORDS = ["running", "cancelling", "cancelled"];

export function downloadState(job) {
  const shape = job.cancelling ? "cancelling" : job.state;
  return t(`live.${OWN_WORDS.includes(shape) ? "download" : "state"}.${shape}`);
}

export function downloadNote(job) {
  if (job.state === "cancelled") return t(wasDiscarded(job) ? "live.download.nothing" : "live.download.kept");
  if (job.state !== "running" || job.cancelling) return "";
  if (!job.total) return t("live.download.starting");
  const parts = [t("live.download.amount", { done: amount(job.step, job.total), total: amount(job.total) })];
  const speed = speedOf(job);
  if (speed) parts.push(t("live.download.speed", { amount: amount(speed) }), t("live.remaining", { time: duration(remaining(job)) }));
  return parts.join(" · ");
}

// A pause after which nothing is left to go on with.
export const wasDiscarded = (job) => job?.state === "cancelled" && job.left === false;

export function downloadTools(job) {
  if (job.cancelling || job.state === "done") return [];
  if (job.state === "queued" || job.state === "running") {
    return [button(t("live.pause"), { name: "pause", on: () => cancelJob(job.id) })];
  }
  return [button(t(wasDiscarded(job) ? "live.download.anew" : "live.paused"), { name: "play", on: () => retryJob(job.id) })];
}

// Megabytes, in gigabytes where they are many; `like` decides for both of a pair.
export function amount(megabytes, like = megabytes) {
  if (like >= 1000) return `${tenths(megabytes / 1000)} GB`;
  return `${megabytes < 10 && megabytes % 1 ? tenths(megabytes) : Math.round(megabytes)} MB`;
}

const tenths = (number) =>
  number.toLocaleString(window.oelala.language, { minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: false });
