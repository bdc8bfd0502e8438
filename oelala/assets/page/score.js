// Under the player: how well a clip follows its motion, over time, and the film of both beside each other.
import { button, byId, clipUrl, el, icon, t } from "./dom.js";
import { get } from "./net.js";

const PREFIX = "/oelala/outputs/";
const KIND = "pose-transfer";
const known = new Map(); // the address of a clip -> what is known of it
const SVG = "http://www.w3.org/2000/svg";

export function startScore() {
  new MutationObserver(look).observe(byId("o-stage"), { childList: true, subtree: true });
  look();
}

async function look() {
  const video = document.querySelector("video.o-player");
  const path = decodeURIComponent(new URL(video?.dataset.clip ?? video?.src ?? "", location.href).pathname);
  const shown = byId("o-under").querySelector(".o-score[data-kind]");
  if (!video || !path.startsWith(PREFIX)) return shown?.remove();
  const clip = path.slice(PREFIX.length);
  if (shown?.dataset.clip === clip) return undefined;
  shown?.remove();
  const score = await scoreOf(clip);
  const still = document.querySelector("video.o-player") === video && !byId("o-under").querySelector(".o-score[data-kind]");
  if (still && score.curve) byId("o-under").append(block(video, clip, score));
  return undefined;
}

function scoreOf(clip) {
  if (!known.has(clip)) known.set(clip, get(`/oelala/scores/${clip.split("/").map(encodeURIComponent).join("/")}`).catch(() => ({})));
  return known.get(clip);
}

const percent = (share) => Math.round(share * 1000) / 10;

function block(video, clip, score) {
  const words = score.pck === null ? t("live.score.nothing") : score.found_rate > 0
    ? t("live.score.words", { pck: percent(score.pck), error: score.mean_error === null ? "–" : percent(score.mean_error), found: Math.round(score.found_rate * 100) })
    : t("live.score.nobody");
  const mirrored = score.seen_from_behind && el("p", { class: "o-facts" }, t("live.score.from-behind", { pck: percent(score.pck_mirrored) }));
  const head = el("p", { class: "o-score-title" }, t("live.score"));
  return el("section", { class: "o-score", "data-clip": clip, "data-kind": KIND, "aria-label": t("live.score") }, head, el("p", { class: "o-facts" }, words), ...[mirrored, curve(score), tools(video, clip, score)].filter(Boolean));
}

function tools(video, clip, score) {
  const worst = score.worst_frame !== null && score.fps && button(t("live.score.worst", { n: score.worst_frame }), { name: "picture", on: () => {
    video.pause();
    video.currentTime = (score.worst_frame + 0.5) / score.fps;
  } });
  const swap = score.side_by_side && button(t("live.score.beside"), { name: "fit", on: () => {
    const beside = !video.dataset.clip;
    if (beside) video.dataset.clip = clipUrl(clip);
    else delete video.dataset.clip;
    video.src = clipUrl(beside ? score.side_by_side : clip);
    swap.querySelector("span").textContent = t(beside ? "live.score.alone" : "live.score.beside");
    video.play().catch(() => {});
  } });
  const name = `${clip.split("/").pop().replace(/\.mp4$/, "")}-side-by-side.mp4`;
  const save = score.side_by_side && el("a", { class: "o-quiet", href: clipUrl(score.side_by_side), download: name }, icon("save"), el("span", {}, t("live.score.save")));
  return el("div", { class: "o-under-tools" }, worst, swap, save);
}

// The share of right joints for each frame; gaps where there was nothing to compare.
function curve({ curve: shares, worst_frame: worst }) {
  const [wide, high] = [300, 48];
  const svg = document.createElementNS(SVG, "svg");
  const there = shares.filter((share) => share !== null);
  if (!there.length) return null;
  const label = t("live.score.curve", { first: Math.round(Math.min(...there) * 100), last: Math.round(Math.max(...there) * 100), worst: worst ?? "–" });
  for (const [name, value] of Object.entries({ viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": label, class: "o-curve", preserveAspectRatio: "none" })) svg.setAttribute(name, value);
  const x = (index) => shares.length < 2 ? wide / 2 : (index / (shares.length - 1)) * wide;
  const y = (share) => high - 3 - share * (high - 6);
  const path = shares.map((share, index) => share === null ? "" : `${index && shares[index - 1] !== null ? "L" : "M"}${x(index).toFixed(1)} ${y(share).toFixed(1)}`);
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path.join(""));
  svg.append(line);
  if (worst !== null && shares[worst] !== null) {
    const mark = document.createElementNS(SVG, "line");
    for (const [name, value] of Object.entries({ x1: x(worst), x2: x(worst), y1: 0, y2: high })) mark.setAttribute(name, value);
    svg.append(mark);
  }
  return svg;
}
