// What the buttons of the panels do. Each answer comes back through the queue, so every tab sees the same.
import { t } from "./dom.js";
import { get, post } from "./net.js";
import { notify, notifyFault } from "./notices.js";
import { pollNow } from "./poll.js";
import { takeJobs } from "./state.js";

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
export const reuseClip = (path) => reuse(`/oelala/settings/${path.split("/").map(encodeURIComponent).join("/")}`);

export async function reuseFile(file) {
  try {
    restore(await post(`/oelala/restore?name=${encodeURIComponent(file.name)}`, file));
  } catch (fault) {
    notifyFault(fault);
  }
}

async function reuse(url) {
  try {
    restore(await get(url));
  } catch (fault) {
    notifyFault(fault);
  }
}

// Into the form of the tab that makes this kind of thing.
function restore({ kind, values }) {
  const bridge = window.oelala.bridges?.[kind];
  if (!bridge) return notify(t("live.no-tab"), { bad: true });
  document.querySelector(`[id="${kind}--tab-button"]`)?.click();
  return bridge.restore(values);
}
