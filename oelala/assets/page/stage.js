// The stage: follows the running job, turns into its player, and shows what is picked from queue or gallery.
import { animate, cancelJob, goOn, retryJob, reuseClip, reuseJob } from "./actions.js";
import { button, byId, clipUrl, duration, el, facts, icon, setText, t } from "./dom.js";
import { counts, makesClip, now, on, progressOf, remaining, running, state, waiting, finished } from "./state.js";

let picked = null; // {job} or {clip} that the visitor chose; null: follow what runs
let followed = null; // the job that ran last, so that its result stays
let shown = ""; // what the screen holds, to rebuild it only when that changes
let live = null;
let invite = null;

export function startStage() {
  invite = byId("o-screen").firstElementChild;
  on("jobs", draw);
  on("attached", draw);
  setInterval(() => live && draw(), 500);
  draw();
}

export function showJob(id) {
  picked = { job: id };
  draw();
}

export function showClip(clip) {
  picked = { clip };
  draw();
}

// What was just asked for is what the visitor wants to see.
export function followJobs() {
  picked = null;
  followed = null;
  draw();
}

export function onStage() {
  return state.jobs.get(subject().job ?? "") ?? null;
}

function subject() {
  if (picked?.clip) return { clip: picked.clip };
  const first = busy()[0];
  const choice = state.jobs.get(picked?.job ?? "") ?? first ?? state.jobs.get(followed ?? "") ?? waiting().find(makesClip) ?? latest();
  if (first && choice === first) followed = first.id;
  return choice ? { job: choice.id } : {};
}

const busy = () => running().filter(makesClip);
const latest = () => finished().find((job) => job.output);

function draw() {
  const { job: id, clip } = subject();
  const job = state.jobs.get(id ?? "");
  if (clip) return show(`clip ${clip.output}`, () => player(clip.output, clip.title), () => underClip(clip));
  if (!job) return show("", () => [invite], () => []);
  if (job.state === "done" && job.output) {
    return show(`done ${job.id}`, () => player(job.output, job.title), () => underJob(job));
  }
  if (job.state === "queued" || job.state === "running") return drawOpen(job);
  return show(`${job.state} ${job.id}`, () => [ending(job)], () => underJob(job));
}

function show(key, screen, under) {
  const withBack = picked && busy().length > 0 ? " back" : "";
  if (shown === key + withBack) return;
  const same = shown.replace(/ back$/, "") === key;
  shown = key + withBack;
  live = key.startsWith("open") ? live : null;
  if (!same) byId("o-screen").replaceChildren(...screen());
  byId("o-under").replaceChildren(...under());
}

// Running or waiting

function drawOpen(job) {
  const key = `open ${job.id} ${job.state} ${Boolean(job.cancelling)}`;
  show(key, () => openScreen(job), () => underJob(job));
  if (!live) return;
  setText(live.phase, phase(job));
  setText(live.time, times(job));
  live.bar.value = progressOf(job);
  live.bar.hidden = job.state !== "running";
  if (job.preview && live.preview !== job.preview) loadPreview(job);
}

function openScreen(job) {
  const kept = live?.id === job.id ? live.image : null;
  live = {
    id: job.id,
    preview: kept ? live.preview : 0,
    image: kept ?? el("img", { class: "o-preview", alt: "", hidden: true }),
    phase: el("p", { class: "o-phase", role: "status" }),
    time: el("p", { class: "o-times" }),
    bar: el("progress", { max: 1, "aria-label": t("live.progress") }),
  };
  const words = el("div", { class: "o-live-words" }, live.phase, live.time);
  return [el("div", { class: "o-live" }, el("div", { class: "o-glow" }), live.image, el("div", { class: "o-live-foot" }, words, live.bar))];
}

function phase(job) {
  if (job.state === "queued") return t("live.queued");
  if (job.cancelling) return t("live.state.cancelling");
  const name = t(`phase.${job.phase || "starting"}`);
  return counts(job) ? `${name}, ${t("live.step", { step: job.step, total: job.total })}` : name;
}

function times(job) {
  if (job.state !== "running") return "";
  const left = remaining(job);
  const so_far = t("live.elapsed", { time: duration(now() - job.started) });
  return left === null ? so_far : `${so_far}, ${t("live.remaining", { time: duration(left) })}`;
}

// The next picture is decoded before it takes the place of the last one, so nothing flickers.
async function loadPreview(job) {
  const target = live;
  target.preview = job.preview;
  const next = el("img", { class: "o-preview", alt: t("live.preview", { title: job.title || t("live.untitled") }) });
  next.src = `/oelala/preview/${encodeURIComponent(job.id)}?n=${job.preview}`;
  try {
    await next.decode();
  } catch {
    return; // the job ended meanwhile
  }
  if (live !== target || target.preview !== job.preview) return;
  target.image.replaceWith(next);
  target.image = next;
}

// Finished

function player(path, title) {
  const video = el("video", {
    class: "o-player",
    src: clipUrl(path),
    controls: true,
    loop: true,
    muted: true,
    autoplay: true,
    playsInline: true,
    preload: "auto",
    "aria-label": t("live.clip", { title: title || t("live.untitled") }),
  });
  video.addEventListener("error", () => video.replaceWith(el("p", { class: "o-gone" }, t("live.gone"))));
  video.play().catch(() => {}); // a browser may want a click first; the controls are there
  return [video];
}

function ending(job) {
  const lines = [el("p", { class: "o-ending-title" }, job.message ?? t(`live.state.${job.state}`))];
  if (job.hint) lines.push(el("p", { class: "o-hint" }, job.hint));
  return el("div", { class: `o-ending o-ending-${job.state}` }, ...lines);
}

// The line under the screen

function underJob(job) {
  const took = job.state === "done" ? ` · ${t("live.took", { time: duration(job.finished - job.started) })}` : "";
  return under(job.title, facts(job.facts) + took, toolsOf(job));
}

function toolsOf(job) {
  if (job.state === "queued" || job.state === "running") {
    return [button(t("live.cancel"), { name: "close", kind: "o-plain", disabled: Boolean(job.cancelling), on: () => cancelJob(job.id), title: "Esc" })];
  }
  const reuse = button(t("live.reuse"), { name: "reuse", kind: "o-plain", on: () => reuseJob(job.id) });
  if (job.output) return [...further(job.output), reuse, download(job.output)];
  return [button(t("live.retry"), { name: "again", kind: "o-plain", on: () => retryJob(job.id) }), reuse];
}

function underClip(clip) {
  const reuse = button(t("live.reuse"), { name: "reuse", kind: "o-plain", on: () => reuseClip(clip.output) });
  const job = state.jobs.get(clip.job);
  return under(clip.title, job ? facts(job.facts) : new Date(clip.created * 1000).toLocaleString(window.oelala.language), [...further(clip.output), reuse, download(clip.output)]);
}

// Clips that begin with this one: with the frame on the screen, or with its last.
function further(path) {
  const seconds = () => document.querySelector("video.o-player")?.currentTime ?? 0;
  return [
    button(t("live.animate"), { name: "animate", kind: "o-plain", title: t("live.animate.help"), on: () => animate(path, seconds()) }),
    button(t("live.continue"), { name: "forward", kind: "o-plain", title: t("live.continue.help"), on: () => goOn(path) }),
  ];
}

function download(path) {
  return el("a", { class: "o-plain", href: `${clipUrl(path)}?save`, download: path.split("/").pop() }, icon("save"), el("span", {}, t("live.download")));
}

function under(title, line, tools) {
  const back = picked && busy().length > 0 && button(t("live.back"), { name: "back", kind: "o-plain", on: followJobs });
  const words = el("div", { class: "o-under-words" }, el("p", { class: "o-under-title" }, title || t("live.untitled")), el("p", { class: "o-facts" }, line));
  return [words, el("div", { class: "o-under-tools" }, back, ...tools)];
}
