// Under the player: where a clip was gone on with, and how much of each seam can be seen.
import { byId, el, t } from "./dom.js";
import { get } from "./net.js";

const PREFIX = "/oelala/outputs/";
const known = new Map(); // the address of a clip -> its joins

export function startJoins() {
  new MutationObserver(look).observe(byId("o-stage"), { childList: true, subtree: true });
  look();
}

async function look() {
  const video = document.querySelector("video.o-player");
  const path = decodeURIComponent(new URL(video?.dataset.clip ?? video?.src ?? "", location.href).pathname);
  const clip = video && path.startsWith(PREFIX) ? path.slice(PREFIX.length) : "";
  const shown = byId("o-under").querySelector(".o-joins");
  if (shown?.dataset.clip === clip) return;
  shown?.remove();
  if (!clip) return;
  const joins = await joinsOf(clip);
  const still = document.querySelector("video.o-player") === video && !byId("o-under").querySelector(".o-joins");
  if (still && joins.length) byId("o-under").append(block(clip, joins));
}

function joinsOf(clip) {
  const ask = () => get(`/oelala/joins/${clip.split("/").map(encodeURIComponent).join("/")}`);
  if (!known.has(clip)) known.set(clip, ask().then(({ joins }) => joins, () => (known.delete(clip), [])));
  return known.get(clip);
}

function block(clip, joins) {
  const head = el("p", { class: "o-score-title" }, t("live.joins"));
  const lines = joins.map((join) => el("p", { class: "o-facts" }, words(join)));
  return el("section", { class: "o-score o-joins", "data-clip": clip, "aria-label": t("live.joins") }, head, ...lines);
}

function words(join) {
  const face = typeof join.identity === "number" ? `, ${t("live.join.face", join)}` : "";
  return `${t("live.join", join)}${face}`;
}
