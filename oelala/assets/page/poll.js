// One request twice a second keeps every panel up to date; a hidden tab asks seldom and catches up on return.
import { byId, setText, t } from "./dom.js";
import { get } from "./net.js";
import { forgetJobs, state, takeJobs, tell } from "./state.js";

const VISIBLE_MS = 500;
const HIDDEN_MS = 5000;
const PATIENCE = 3;

let cursors = { jobs: null, log: null };
let timer = null;
let asking = false;
let again = false;
let misses = 0;

export function startPolling() {
  document.addEventListener("visibilitychange", () => !document.hidden && pollNow());
  pollNow();
}

// Now, or as soon as the request that is under way has come back.
export function pollNow() {
  if (asking) {
    again = true;
    return;
  }
  clearTimeout(timer);
  poll();
}

async function poll() {
  asking = true;
  const began = performance.now();
  try {
    const news = await get(`/oelala/poll?${query()}`);
    if (news?.boot) meet(news.boot);
    else take(news);
    misses = 0;
    offline(null);
  } catch (fault) {
    misses += 1;
    if (fault.status === 401) signIn();
    else if (misses >= PATIENCE) offline("live.offline");
  }
  asking = false;
  timer = setTimeout(poll, again ? 0 : Math.max(0, pause() - (performance.now() - began)));
  again = false;
}

// Until the next request. When nothing is new the answer is a hundred bytes, so that a quiet tab can ask as often.
function pause() {
  if (document.hidden) return HIDDEN_MS;
  return Math.min(Math.max(misses, 1), 8) * VISIBLE_MS;
}

function query() {
  const known = Object.entries(cursors).filter(([, value]) => value !== null);
  return new URLSearchParams([["boot", window.oelala.boot], ...known]).toString();
}

function take(news) {
  if (news === null) return;
  if (cursors.jobs !== null && news.revision < cursors.jobs) {
    cursors = { jobs: null, log: null }; // another workspace answers here now
    forgetJobs();
    return;
  }
  state.offset = news.now - Date.now() / 1000;
  cursors = { jobs: news.revision, log: news.cursor };
  if (news.jobs.length || !state.attached) takeJobs(news.jobs);
  if (news.log.length) tell("log", news.log);
  if (!state.attached) {
    state.attached = true;
    tell("attached");
  }
}

// The studio was started anew: Gradio's part of this page belongs to the run before.
function meet(boot) {
  window.oelala.boot = boot;
  window.oelala.startOver();
}

function signIn() {
  offline("live.sign-in");
  window.oelala.startOver(); // at the password
}

function offline(key) {
  const bar = byId("o-offline");
  if (!bar) return;
  bar.hidden = key === null;
  setText(bar, key === null ? "" : t(key));
}
