// The gallery: thumbnails of the newest clips; pointing at one plays it, choosing one brings it on the stage.
import { animate, reuseClip } from "./actions.js";
import { button, byId, clipUrl, el, t } from "./dom.js";
import { get } from "./net.js";
import { notifyFault } from "./notices.js";
import { showClip } from "./stage.js";
import { on } from "./state.js";

const PAGE = 24;
const AT_MOST = 480;
const items = new Map(); // output -> element, in the order of the page
let loading = null;

export function startGallery() {
  byId("o-clips-more").addEventListener("click", more);
  on("ended", (job) => job.output && refresh());
  refresh();
}

// The newest page again; what is already there keeps its element.
async function refresh() {
  loading = (loading ?? Promise.resolve()).then(async () => {
    const clips = await load(0);
    if (clips === null) return;
    const list = byId("o-clips");
    clips.reverse().forEach((clip) => items.has(clip.output) || list.prepend(make(clip)));
    finish(clips.length === PAGE || !byId("o-clips-more").hidden);
  });
  await loading;
}

async function more() {
  const clips = await load(items.size);
  if (clips === null) return;
  for (const clip of clips) if (!items.has(clip.output)) byId("o-clips").append(make(clip));
  finish(clips.length === PAGE && items.size < AT_MOST);
}

async function load(offset) {
  try {
    return await get(`/oelala/gallery?limit=${PAGE}&offset=${offset}`);
  } catch (fault) {
    if (fault.status) notifyFault(fault);
    return null;
  }
}

function finish(isMore) {
  byId("o-clips-nothing").hidden = items.size > 0;
  byId("o-clips-more").hidden = !isMore;
}

function make(clip) {
  const title = clip.title || t("live.untitled");
  const poster = el("img", { src: clipUrl(clip.poster), alt: "", loading: "lazy", decoding: "async" });
  poster.addEventListener("error", () => poster.classList.add("o-gone"));
  const thumb = el("button", { type: "button", class: "o-thumb", "aria-label": `${t("live.show")}: ${title}` }, poster);
  thumb.addEventListener("click", () => showClip(clip));
  playOnHover(thumb, clip);
  const reuse = button(t("live.reuse"), { name: "reuse", kind: "o-icon", bare: true, on: () => reuseClip(clip.output) });
  const begin = button(t("live.animate"), { name: "animate", kind: "o-icon", bare: true, on: () => animate(clip.output, thumb.querySelector("video")?.currentTime ?? 0) });
  const save = el("a", { class: "o-icon", href: `${clipUrl(clip.output)}?save`, download: clip.output.split("/").pop(), "aria-label": t("live.download"), title: t("live.download") });
  save.append(downloadIcon());
  const item = el("li", { class: "o-clip" }, thumb, el("p", { class: "o-clip-title", title }, title), el("div", { class: "o-clip-tools" }, begin, reuse, save));
  items.set(clip.output, item);
  return item;
}

function downloadIcon() {
  return button("", { name: "save", bare: true }).firstElementChild;
}

function playOnHover(thumb, clip) {
  let video = null;
  const start = () => {
    video ??= el("video", { src: clipUrl(clip.output), muted: true, loop: true, playsInline: true, preload: "auto", tabIndex: -1, "aria-hidden": "true" });
    thumb.append(video);
    video.play().catch(() => {});
  };
  const stop = () => {
    video?.remove();
    video = null;
  };
  thumb.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && start());
  thumb.addEventListener("pointerleave", stop);
}
