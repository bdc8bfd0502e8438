// Under the field of a model that is here, or begun: what it takes, whether its files are sound, letting it go.
// The server says all of it in words, and only once somebody asks.
import { cancelJob } from "./actions.js";
import { button, el, icon, t } from "./dom.js";
import { amount } from "./download.js";
import { get, post } from "./net.js";
import { notify, notifyFault } from "./notices.js";
import { takeJobs } from "./state.js";

const AGAIN_MS = 1000;
const opened = new Set(); // models: their place is drawn anew whenever something about them changes
const address = (model, what) => `/oelala/models/${encodeURIComponent(model)}/${what}`;

// `changed`: what becomes of the form once files are gone.
export function careOf(model, { speed = false, changed }) {
  const body = el("div", { class: "o-care-body" });
  const about = { model, body, changed };
  const head = el("summary", {}, icon("chevron"), el("span", {}, t(speed ? "live.care.speed" : "live.care")));
  const box = el("details", { class: "o-care", open: opened.has(model) }, head, body);
  box.addEventListener("toggle", () => {
    if (!box.isConnected) return;
    if (!box.open) return void opened.delete(model);
    opened.add(model);
    look(about);
  });
  return box;
}

async function look(about, asked = get(address(about.model, "care"))) {
  try {
    show(about, await asked);
  } catch (fault) {
    notifyFault(fault);
  }
}

function show(about, care) {
  const { check } = care;
  const words = check?.words && el("p", { class: check.sound ? "o-note" : "o-job-fault", role: "status" }, check.words);
  const why = care.why && el("p", { class: "o-note" }, care.why);
  about.body.replaceChildren(el("p", { class: "o-note o-care-place" }, care.about), ...[words, why, check?.job ? checking(about, check) : tools(about, care)].filter(Boolean));
  if (check?.job) setTimeout(() => goOn(about), AGAIN_MS);
}

// Followed while it is looked at; the check itself goes on without.
async function goOn(about) {
  if (!about.body.isConnected || !about.body.parentElement.open) return;
  try {
    const care = await get(address(about.model, "care"));
    show(about, care);
    if (care.check?.words && !care.check.sound) about.changed(); // what was damaged is to be fetched anew
  } catch (fault) {
    notifyFault(fault);
  }
}

function checking(about, { job, done, total }) {
  const told = total ? t("live.care.checking", { done: amount(done, total), total: amount(total) }) : t("live.care.queued");
  const bar = el("progress", { max: 1, "aria-label": t("live.progress") });
  if (total) bar.value = done / total;
  return el("div", {}, el("p", { class: "o-note" }, told), bar, el("div", { class: "o-job-tools" }, button(t("live.care.stop"), { name: "close", on: () => cancelJob(job) })));
}

function tools(about, care) {
  const verify = care.whole && button(t("live.care.verify"), { name: "done", on: () => look(about, post(address(about.model, "verify"))) });
  const remove = care.remove && button(t(`live.care.${kindOf(care)}`), { name: "close", on: () => ask(about, care) });
  return (verify || remove) && el("div", { class: "o-job-tools" }, verify, remove);
}

const kindOf = (care) => (care.whole ? "remove" : "discard");

function ask(about, care) {
  const keep = button(t("live.care.keep"), { on: () => show(about, care) });
  const yes = button(t(`live.care.yes.${kindOf(care)}`), { kind: "o-plain", on: () => remove(about, yes) });
  const question = el("p", { class: "o-care-ask", role: "alert" }, care.remove);
  about.body.replaceChildren(question, el("div", { class: "o-care-answer" }, yes, keep));
  keep.focus();
}

async function remove(about, yes) {
  yes.disabled = true; // once is enough
  try {
    const { message, jobs } = await post(address(about.model, "remove"));
    opened.delete(about.model);
    notify(message);
    takeJobs(jobs);
    about.changed();
  } catch (fault) {
    notifyFault(fault);
    look(about);
  }
}
