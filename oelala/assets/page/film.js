// A film of the visitor's own where a picture is asked for: begun with a frame of it, or gone on with.
import { frameOfFilm, goOnFromFilm } from "./actions.js";
import { button, el, t, whenGone } from "./dom.js";
import { post } from "./net.js";
import { notifyFault } from "./notices.js";

// `take` is told the name of the kept frame; `close` puts the place back as it was.
export async function openFilm(place, file, { take, close }) {
  const last = place.dataset.picture !== "image";
  const waiting = el("p", { class: "o-picture-note", role: "status" }, t("live.film.coming"));
  place.replaceChildren(waiting);
  let film;
  try {
    film = (await post(`/oelala/films?name=${encodeURIComponent(file.name)}`, file)).reference;
  } catch (fault) {
    if (waiting.isConnected) close();
    return notifyFault(fault);
  }
  if (!waiting.isConnected) return undefined; // another picture came meanwhile
  const video = el("video", { class: "o-picture-image", src: URL.createObjectURL(file), controls: true, muted: true, playsInline: true, preload: "auto" });
  whenGone(video, () => URL.revokeObjectURL(video.src));
  const note = el("p", { class: "o-picture-note", role: "status" }, t("live.film.hint"));
  video.addEventListener("error", () => (note.textContent = t("live.film.unseen"))); // its first frame can be taken all the same
  const frame = button(t(last ? "live.film.end" : "live.film.begin"), { name: "picture", kind: "o-plain", on: () => busy(place, async () => take(await frameOfFilm(film, video.currentTime))) });
  const further = !last && button(t("live.film.further"), { name: "forward", on: () => busy(place, () => goOnFromFilm(film).then(close)) });
  const away = button(t("live.film.not"), { name: "close", on: close });
  place.replaceChildren(el("div", { class: "o-canvas o-film" }, video), note, el("div", { class: "o-picture-tools" }, frame, further, away));
  return undefined;
}

async function busy(place, work) {
  const buttons = [...place.querySelectorAll("button")];
  buttons.forEach((one) => (one.disabled = true));
  try {
    await work();
  } catch (fault) {
    notifyFault(fault);
  }
  buttons.forEach((one) => (one.disabled = false));
}
