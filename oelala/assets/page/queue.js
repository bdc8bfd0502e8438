// The queue panel: one row a job, updated in place.
import { cancelJob, retryJob, reuseJob } from "./actions.js";
import { button, byId, duration, el, facts, setText, t } from "./dom.js";
import { downloadNote, downloadState, downloadTools, isOvertaken } from "./download.js";
import { counts, finished, isDownload, makesClip, now, on, progressOf, remaining, running, state, waiting } from "./state.js";
import { showJob } from "./stage.js";

const SHOW_FINISHED = 20;
const rows = new Map();

export function startQueue() {
  on("jobs", draw);
  on("attached", draw);
  setInterval(() => running().forEach((job) => rows.get(job.id) && update(rows.get(job.id), job)), 500);
  draw();
}

function draw() {
  const list = byId("o-jobs");
  const jobs = [...running(), ...waiting(), ...finished().slice(0, SHOW_FINISHED)].filter((job) => !isOvertaken(job));
  const ids = new Set(jobs.map((job) => job.id));
  for (const [id, row] of rows) {
    if (ids.has(id)) continue;
    row.node.remove();
    rows.delete(id);
  }
  let before = list.firstElementChild;
  for (const job of jobs) {
    const row = rows.get(job.id) ?? make(job);
    update(row, job);
    if (row.node === before) before = before.nextElementSibling;
    else list.insertBefore(row.node, before);
  }
  byId("o-jobs-nothing").hidden = jobs.length > 0 || !state.attached;
}

function make(job) {
  const title = job.title || t("live.untitled");
  const row = {
    shape: "",
    state: el("span", { class: "o-state" }),
    note: el("span", { class: "o-note" }),
    bar: el("progress", { max: 1, "aria-label": t("live.progress") }),
    fault: el("p", { class: "o-job-fault" }),
    tools: el("div", { class: "o-job-tools" }),
  };
  const name = isDownload(job)
    ? el("p", { class: "o-job-title" }, title)
    : el("button", { type: "button", class: "o-job-title", on: { click: () => showJob(job.id) } }, title);
  const head = el("div", { class: "o-job-head" }, row.state, row.note);
  row.node = el("li", { class: "o-job", "data-job": job.id }, head, name, !isDownload(job) && el("p", { class: "o-facts" }, facts(job.facts)), row.bar, row.fault, row.tools);
  rows.set(job.id, row);
  return row;
}

function update(row, job) {
  const shape = job.cancelling ? "cancelling" : job.state;
  row.node.dataset.state = shape;
  setText(row.state, isDownload(job) ? downloadState(job) : t(`live.state.${shape}`));
  setText(row.note, note(job));
  row.bar.hidden = job.state !== "running";
  if (job.state === "running") row.bar.value = progressOf(job);
  row.fault.hidden = job.state !== "failed";
  if (job.state === "failed") setText(row.fault, `${job.message} ${job.hint}`.trim());
  if (row.shape !== shape) {
    row.shape = shape;
    row.tools.replaceChildren(...tools(job));
  }
}

function note(job) {
  if (isDownload(job)) return downloadNote(job);
  if (job.state === "queued") {
    const ahead = running().filter(makesClip).length + waiting().filter(makesClip).findIndex((other) => other.id === job.id);
    return ahead > 0 ? t("live.ahead", { n: ahead }) : "";
  }
  if (job.state !== "running") {
    const took = job.started ? duration(job.finished - job.started) : "";
    const noted = ["leaner", "int8", "chunk"].map((name) => job[name] && t(`live.${name}`));
    return [took, ...noted].filter(Boolean).join(" · ");
  }
  const left = remaining(job);
  const parts = [counts(job) ? t("live.step", { step: job.step, total: job.total }) : t(`phase.${job.phase || "starting"}`)];
  if (job.attempt > 1) parts.push(t("live.attempt", { n: job.attempt }));
  parts.push(left === null ? t("live.elapsed", { time: duration(now() - job.started) }) : t("live.remaining", { time: duration(left) }));
  return parts.join(" · ");
}

function tools(job) {
  if (isDownload(job)) return downloadTools(job);
  if (job.state === "queued" || (job.state === "running" && !job.cancelling)) {
    return [button(t("live.cancel"), { name: "close", on: () => cancelJob(job.id) })];
  }
  if (job.state === "running") return [];
  const reuse = button(t("live.reuse"), { name: "reuse", on: () => reuseJob(job.id) });
  if (job.state === "done") return [reuse];
  return [button(t("live.retry"), { name: "again", on: () => retryJob(job.id) }), reuse];
}
