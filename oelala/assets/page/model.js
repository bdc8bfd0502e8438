// Under the field of a model: its download, offered and followed while it is not here, and what keeps it in order.
import { downloadModel } from "./actions.js";
import { careOf } from "./care.js";
import { button, el, setText, t } from "./dom.js";
import { downloadNote, downloads, downloadState, downloadTools, wasDiscarded } from "./download.js";
import { isDownload, known, on, progressOf } from "./state.js";
import { needsToken, tokenForm } from "./token.js";

const PATIENCE_MS = 5000;
const models = new Map(); // kind of task -> the model chosen in its form
const drawn = new Map(); // kind of task -> the parts that change

export function startModels() {
  on("jobs", drawAll);
  on("attached", drawAll);
  on("ended", (job) => isDownload(job) && look());
  new MutationObserver(drawNew).observe(document.body, { childList: true, subtree: true }); // a tab was opened
}

function drawNew() {
  for (const place of document.querySelectorAll("[data-model-of]:not([data-shape])")) draw(place.dataset.modelOf);
}

// What the form told of the chosen model: the sizes it takes, the pictures it can begin and end with.
export const modelOf = (kind) => models.get(kind) ?? null;

// The form tells which model it shows, and whether that can be fetched.
export function takeModel(kind, model) {
  models.set(kind, model);
  known.add(kind);
  draw(kind);
  if (!model?.speed) return;
  models.set(`${kind}--speed`, model.speed); // the LoRA of few steps that is chosen with it, fetched likewise
  draw(`${kind}--speed`);
}

// A download ended: the form looks again at what is on the disk, and nothing is offered until it has.
function look() {
  for (const [kind, bridge] of Object.entries(window.oelala.bridges ?? {})) {
    const before = models.get(kind);
    const looking = { ...before, offered: false, speed: before?.speed && { ...before.speed, offered: false } };
    takeModel(kind, looking);
    bridge.refresh();
    setTimeout(() => models.get(kind) === looking && takeModel(kind, before), PATIENCE_MS);
  }
}

function drawAll() {
  for (const kind of models.keys()) draw(kind);
}

function draw(kind) {
  const place = document.querySelector(`[data-model-of="${kind}"]`);
  const model = models.get(kind);
  if (!place || !model) return;
  const job = model.offered ? downloads().get(model.id) : null;
  const shape = [model.offered, model.id, model.kept, job?.id, job?.state, job?.cancelling, job?.left].map(String).join(" ");
  if (place.dataset.shape !== shape) {
    place.dataset.shape = shape;
    drawn.set(kind, {});
    place.replaceChildren(...(model.offered ? parts(kind, model, job) : []), ...care(kind, model, job));
  }
  const { note, bar } = drawn.get(kind);
  if (note) setText(note, downloadNote(job));
  if (bar) bar.value = progressOf(job);
}

// Of what is here, and of what came before a download stopped; one under way is left alone.
function care(kind, model, job) {
  const stopped = ["cancelled", "failed"].includes(job?.state) && job.left !== false;
  if (!model.id || !(stopped || (model.kept && (!job || job.state === "done")))) return [];
  return [careOf(model.id, { speed: kind.endsWith("--speed"), changed: refresh })];
}

function refresh() {
  for (const bridge of Object.values(window.oelala.bridges ?? {})) bridge.refresh();
}

function parts(kind, model, job) {
  if (!job || job.state === "done" || wasDiscarded(job)) {
    const label = t("live.download.get", { size: model.size });
    return [button(label, { name: "save", kind: "o-plain", on: () => downloadModel(model.id) })];
  }
  const note = el("span", { class: "o-note" });
  const bar = job.state === "running" && el("progress", { max: 1, "aria-label": t("live.progress") });
  drawn.set(kind, { note, bar });
  const fault = job.state === "failed" && el("p", { class: "o-job-fault" }, `${job.message} ${job.hint}`.trim());
  const head = el("p", { class: "o-model-head" }, el("span", { class: "o-model-state" }, downloadState(job)), note);
  const token = needsToken(job) && tokenForm(job);
  return [head, bar, fault, token, el("div", { class: "o-job-tools" }, ...downloadTools(job))].filter(Boolean);
}
