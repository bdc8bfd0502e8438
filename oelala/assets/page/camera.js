// The camera as a source of pictures: what it sees, a button to take it, and off it goes, whatever takes its place.
import { button, el, t, whenGone } from "./dom.js";
import { notify } from "./notices.js";

const opening = new WeakSet(); // places that wait for the visitor's leave

export async function openCamera(place, give, close) {
  if (opening.has(place)) return;
  opening.add(place);
  const before = place.firstElementChild;
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1920 }, height: { ideal: 1080 } } });
  } catch {
    notify(t("live.picture.no-camera"), { bad: true });
    return;
  } finally {
    opening.delete(place);
  }
  const video = el("video", { class: "o-picture-image", muted: true, playsInline: true, autoplay: true });
  const end = () => stream.getTracks().forEach((track) => track.stop());
  if (!place.isConnected || place.firstElementChild !== before) return end(); // a picture came meanwhile
  const shoot = button(t("live.picture.shoot"), { name: "camera", kind: "o-plain", on: () => take(video, end, give) });
  const stop = button(t("live.picture.stop"), { name: "close", on: () => (end(), close()) });
  video.srcObject = stream;
  place.replaceChildren(el("div", { class: "o-canvas o-camera" }, video), el("div", { class: "o-picture-tools" }, shoot, stop));
  addEventListener("pagehide", end, { once: true });
  whenGone(video, end); // a picture that is pasted, dropped or comes with a clip's settings takes its place
}

function take(video, end, give) {
  if (!video.videoWidth) return;
  const canvas = el("canvas", { width: video.videoWidth, height: video.videoHeight });
  canvas.getContext("2d").drawImage(video, 0, 0);
  end();
  canvas.toBlob((blob) => give(new File([blob], "camera.png", { type: "image/png" })), "image/png");
}
