// The log panel: at most a thousand lines, the newest in sight unless the visitor scrolled up or paused.
import { byId, el, icon, t } from "./dom.js";
import { on, state } from "./state.js";

const KEEP = 1000;
const RANK = { TRACE: 0, DEBUG: 0, INFO: 1, SUCCESS: 1, WARNING: 2, ERROR: 3, CRITICAL: 3 };
const LEAST = { debug: 0, info: 1, warning: 2, error: 3 };
const STUDIO = "-";
let records = [];
let paused = false;
let missed = 0;

export function startLog() {
  const level = byId("o-log-level");
  level.addEventListener("change", redraw);
  byId("o-log-job").addEventListener("change", redraw);
  byId("o-log-pause").addEventListener("click", togglePause);
  byId("o-log-copy").addEventListener("click", copy);
  byId("o-log-download").addEventListener("click", download);
  byId("o-log-copy").append(icon("copy"));
  byId("o-log-download").append(icon("save"));
  byId("o-log-fold").append(icon("chevron"));
  drawPause();
  startFold();
  on("log", take);
  take([]);
}

function take(fresh) {
  records.push(...fresh);
  if (records.length > KEEP) records = records.slice(-KEEP);
  offerJobs(fresh);
  if (paused) {
    missed += fresh.filter(wanted).length;
    drawPause();
    return;
  }
  append(fresh.filter(wanted));
}

function wanted(record) {
  const job = byId("o-log-job").value;
  const ofJob = !job || (job === STUDIO ? !record.job : record.job === job);
  return ofJob && (RANK[record.level] ?? 1) >= LEAST[byId("o-log-level").value];
}

function append(fresh) {
  const list = byId("o-log-lines");
  const following = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  list.append(...fresh.map(line));
  while (list.children.length > KEEP) list.firstElementChild.remove();
  if (following) list.scrollTop = list.scrollHeight;
  const last = list.lastElementChild;
  byId("o-log").dataset.empty = last ? "" : "yes";
}

function line(record) {
  const level = record.level in RANK ? record.level.toLowerCase() : "info";
  return el(
    "div",
    { class: `o-line o-line-${level}` },
    el("time", {}, clock(record.t)),
    el("span", { class: "o-line-level" }, record.level),
    el("span", { class: "o-line-text" }, record.message),
  );
}

const clock = (seconds) => new Date(seconds * 1000).toTimeString().slice(0, 8);

function redraw() {
  byId("o-log-lines").replaceChildren();
  append(records.filter(wanted));
}

function offerJobs(fresh) {
  const select = byId("o-log-job");
  const known = new Set([...select.options].map((option) => option.value));
  for (const record of fresh) {
    const id = record.job || STUDIO;
    if (known.has(id)) continue;
    known.add(id);
    select.append(el("option", { value: id }, id === STUDIO ? t("live.log.studio") : `${state.jobs.get(id)?.title.slice(0, 40) ?? ""} ${id.slice(-6)}`.trim()));
  }
  const held = new Set(records.map((record) => record.job || STUDIO));
  for (const option of [...select.options]) {
    if (option.value && !option.selected && !held.has(option.value)) option.remove();
  }
}

function togglePause() {
  paused = !paused;
  missed = 0;
  byId("o-log-pause").setAttribute("aria-pressed", String(paused));
  drawPause();
  if (!paused) redraw();
}

function drawPause() {
  const button = byId("o-log-pause");
  const label = t(paused ? "live.paused" : "live.pause");
  button.replaceChildren(icon(paused ? "play" : "pause"), paused && missed ? el("span", {}, t("live.log.new", { n: missed })) : "");
  button.setAttribute("aria-label", label);
  button.title = label;
}

const asText = () =>
  records
    .filter(wanted)
    .map((record) => `${new Date(record.t * 1000).toISOString()} ${record.level} ${record.process} ${record.job ?? "-"} ${record.message}`)
    .join("\n");

async function copy() {
  const button = byId("o-log-copy");
  await copyText(asText());
  button.replaceChildren(icon("done"), el("span", { role: "status" }, t("live.copied")));
  setTimeout(() => button.replaceChildren(icon("copy")), 1500);
}

// The clipboard is only there on https and on this machine; a selection works everywhere.
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea", { class: "o-away", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

function download() {
  const url = URL.createObjectURL(new Blob([asText(), "\n"], { type: "text/plain" }));
  const link = el("a", { href: url, download: `oelala-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}.log` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function startFold() {
  const fold = byId("o-log-fold");
  const set = (open) => {
    fold.setAttribute("aria-expanded", String(open));
    byId("o-log").classList.toggle("o-folded", !open);
    if (open) byId("o-log-lines").scrollTop = byId("o-log-lines").scrollHeight;
  };
  let open = true;
  try { open = localStorage.getItem("oelala_log") !== "folded"; } catch { /* storage is switched off */ }
  set(open);
  fold.addEventListener("click", () => {
    open = !open;
    set(open);
    try { localStorage.setItem("oelala_log", open ? "open" : "folded"); } catch { /* as above */ }
  });
}
