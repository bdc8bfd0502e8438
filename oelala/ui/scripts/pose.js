// The parts of pose transfer: they start once the panels of the page do.
import { startFit } from "./fit.js";
import { startMotion } from "./motion.js";
import { startScore } from "./score.js";

const PATIENCE_MS = 100;

function start() {
  if (document.documentElement.dataset.oelala !== "ready") return void setTimeout(start, PATIENCE_MS);
  startMotion();
  startFit();
  startScore();
}

start();
