// Starts the live panels as soon as Gradio has put their frames on the page.
import { startAvatars } from "./avatars.js";
import { byId } from "./dom.js";
import { startDraft } from "./draft.js";
import { startFit } from "./fit.js";
import { startForm } from "./form.js";
import { startGallery } from "./gallery.js";
import { startHeader } from "./header.js";
import { startJoins } from "./joins.js";
import { startLog } from "./log.js";
import { startModels } from "./model.js";
import { startMotion } from "./motion.js";
import { startPictures } from "./picture.js";
import { startPlan } from "./plan.js";
import { startPolling } from "./poll.js";
import { startQueue } from "./queue.js";
import { startScore } from "./score.js";
import { startStage } from "./stage.js";
import { startTitle } from "./title.js";

const FRAMES = ["o-theme", "o-screen", "o-jobs", "o-clips", "o-log-lines"];

function start() {
  startHeader();
  startStage();
  startQueue();
  startTitle();
  startLog();
  startModels();
  startForm();
  startPlan();
  startPictures();
  startAvatars();
  startDraft();
  startPolling();
  startGallery();
  startMotion();
  startFit();
  startScore();
  startJoins();
  document.documentElement.dataset.oelala = "ready";
}

function whenPlaced() {
  if (FRAMES.some((id) => !byId(id))) return false;
  start();
  return true;
}

if (!whenPlaced()) {
  const watcher = new MutationObserver(() => whenPlaced() && watcher.disconnect());
  watcher.observe(document.documentElement, { childList: true, subtree: true });
}
