// What the buttons of the panels do. Each answer comes back through the queue, so every tab sees the same.
import { t } from "./dom.js";
import { ask } from "./fill.js";
import { get, post } from "./net.js";
import { notify, notifyFault } from "./notices.js";
import { pollNow } from "./poll.js";
import { knowsModel, takeJobs } from "./state.js";

async function change(url) {
  try {
    takeJobs([await post(url)]);
  } catch (fault) {
    notifyFault(fault);
  }
  pollNow();
}

export const cancelJob = (job) => change(`/oelala/jobs/${encodeURIComponent(job)}/cancel`);
export const retryJob = (job) => change(`/oelala/jobs/${encodeURIComponent(job)}/retry`);
export const downloadModel = (model) => change(`/oelala/models/${encodeURIComponent(model)}/download`);

export const reuseJob = (job) => reuse(`/oelala/jobs/${encodeURIComponent(job)}`);
export const reuseClip = (path) => reuse(`/oelala/settings/${address(path)}`);

// `otherwise`: what becomes of a file that is refused with a code of `without`.
export async function reuseFile(file, otherwise = null) {
  try {
    await restore(await post(`/oelala/restore?name=${encodeURIComponent(file.name)}`, file));
  } catch (fault) {
    if (otherwise?.without.includes(fault.code)) otherwise.use();
    else notifyFault(fault);
  }
}

async function reuse(url) {
  try {
    await restore(await get(url));
  } catch (fault) {
    notifyFault(fault);
  }
}

// A clip begun with a frame of another: the one at that time, or where it ends with all its settings.
export async function animate(path, seconds) {
  try {
    const kept = await post(`/oelala/frames/${address(path)}?seconds=${seconds}`);
    await restore({ kind: "image-to-video", values: { image: kept.reference, extend: "", draft: true } });
    notify(t("live.animated"));
  } catch (fault) {
    notifyFault(fault);
  }
}

export async function goOn(path) {
  try {
    await continued(await post(`/oelala/continue/${address(path)}`));
  } catch (fault) {
    notifyFault(fault);
  }
}

// The same of a film of the visitor's own, by the name it is kept under; these throw what goes wrong.
export const frameOfFilm = async (film, seconds) => (await post(`/oelala/films/${film}/frame?seconds=${seconds}`)).reference;
export const goOnFromFilm = async (film) => continued(await post(`/oelala/films/${film}/continue`));

async function continued({ kind, values }) {
  await restore({ kind, values: { ...values, draft: true } });
  notify(t("live.animated"));
}

const address = (path) => path.split("/").map(encodeURIComponent).join("/");

const restore = ({ kind, values }) => intoForm(kind, values);

// Into the form of the tab that makes this kind of thing, which is drawn when it is first opened.
export async function intoForm(kind, values) {
  const tab = document.querySelector(`[data-tab-id="${kind}"]`);
  if (!tab && !window.oelala.bridges?.[kind]) return notify(t("live.no-tab"), { bad: true });
  tab?.click();
  const bridge = await bridgeOf(kind);
  return bridge ? ask(kind, "restore", values) : notify(t("live.no-tab"), { bad: true });
}

async function bridgeOf(kind, tries = 100) {
  const wait = () => new Promise((done) => setTimeout(done, 50));
  for (let left = tries; left > 0 && !window.oelala.bridges?.[kind]; left -= 1) await wait();
  for (let left = 20; left > 0 && !knowsModel(kind); left -= 1) await wait(); // what it answers of itself comes first
  return window.oelala.bridges?.[kind];
}
