// What the page knows: the jobs as the server last told them. Panels listen; nothing is kept that a reload loses.
const KEEP_FINISHED = 60;
const listeners = new Map();

export const state = { jobs: new Map(), offset: 0, attached: false };

// The kinds of task whose form has told which model it shows.
export const known = new Set();
export const knowsModel = (kind) => known.has(kind);

export function on(event, listener) {
  if (!listeners.has(event)) listeners.set(event, []);
  listeners.get(event).push(listener);
}

export function tell(event, detail) {
  for (const listener of listeners.get(event) ?? []) listener(detail);
}

// Seconds since the epoch by the server's clock, which may be another machine's.
export const now = () => Date.now() / 1000 + state.offset;

export const isOpen = (job) => job.state === "queued" || job.state === "running";
export const isDownload = (job) => job.kind === "download";
export const makesClip = (job) => !isDownload(job);
export const running = () => [...state.jobs.values()].filter((job) => job.state === "running");
export const waiting = () =>
  [...state.jobs.values()].filter((job) => job.state === "queued").sort((a, b) => a.created - b.created);
export const finished = () =>
  [...state.jobs.values()].filter((job) => !isOpen(job)).sort((a, b) => b.finished - a.finished);

export function takeJobs(jobs) {
  const ended = [];
  for (const job of jobs) {
    const before = state.jobs.get(job.id);
    state.jobs.set(job.id, watchSteps(job, before));
    if (state.attached && !isOpen(job) && (!before || isOpen(before))) ended.push(job);
  }
  for (const job of finished().slice(KEEP_FINISHED)) state.jobs.delete(job.id);
  tell("jobs");
  for (const job of ended) tell("ended", job);
}

export function forgetJobs() {
  state.jobs.clear();
}

const SPEED_OVER = 10; // seconds

// The pace of the steps as this page saw them; one that attached in mid-job starts from the job's own start.
function watchSteps(job, before) {
  if (job.state !== "running") return job;
  if (isDownload(job)) return { ...job, amounts: [...recent(before), { done: job.step, at: now() }] };
  const same = before?.pace && before.phase === job.phase && before.attempt === job.attempt;
  if (!same) {
    const from = state.attached ? { step: job.step, at: now() } : { step: 0, at: job.started };
    return { ...job, pace: { from, perStep: pace(from, job.step), seen: now() } };
  }
  if (job.step === before.step) return { ...job, pace: before.pace };
  return { ...job, pace: { from: before.pace.from, perStep: pace(before.pace.from, job.step), seen: now() } };
}

const recent = (job) => (job?.amounts ?? []).filter((one) => now() - one.at < SPEED_OVER);

// Megabytes a second of a download over the last moments, or null while that cannot be said.
export function speedOf(job) {
  const first = job.amounts?.find((one) => one.done > 0);
  const seconds = first ? now() - first.at : 0;
  return seconds > 1 && job.step > first.done ? (job.step - first.done) / seconds : null;
}

const pace = (from, step) => (step > from.step ? (now() - from.at) / (step - from.step) : null);

// How much of a job each phase is, as a share of the bar.
const PHASES = { loading: [0, 0.05], encoding: [0.05, 0.08], denoising: [0.08, 0.86], decoding: [0.86, 0.97] };
const LATER = { saving: [0.97, 1], working: [0, 1] };

// Steps mean something to the visitor while the clip is made; the other phases are short.
export const counts = (job) => job.total > 1 && (job.phase === "denoising" || job.phase === "working");

export function progressOf(job) {
  const [from, to] = PHASES[job.phase] ?? LATER[job.phase] ?? [0, 0.02];
  const within = job.total > 0 ? Math.min(1, job.step / job.total) : 0;
  return from + (to - from) * within;
}

// Seconds left, or null while nothing can be said: the steps that are left at the pace of those that were made.
export function remaining(job) {
  if (isDownload(job)) return speedOf(job) && (job.total - job.step) / speedOf(job);
  if (job.state !== "running" || job.phase !== "denoising" || !job.total || !job.pace?.perStep) return null;
  const [from, to] = PHASES.denoising;
  const after = ((1 - to) / (to - from)) * job.pace.perStep * job.total;
  return Math.max(0, job.pace.perStep * (job.total - job.step) + after - (now() - job.pace.seen));
}
