// What is seen while a motion is on its way: how far the search is, and how to end it.
import { cancelJob } from "./actions.js";
import { button, el, setText, t } from "./dom.js";

export function waiting(place, job = null, { step = 0, total = 0 } = {}) {
  if (!place.querySelector(".o-motion-wait")) {
    const note = el("p", { class: "o-picture-note", role: "status" });
    place.replaceChildren(el("div", { class: "o-motion-wait" }, note, el("progress", { max: 1, "aria-label": t("live.progress") }), el("div", { class: "o-picture-tools" })));
  }
  const [bar, tools] = [place.querySelector("progress"), place.querySelector(".o-picture-tools")];
  setText(place.querySelector(".o-picture-note"), total ? t("live.motion.finding", { step, total }) : t("live.motion.coming"));
  if (total) bar.value = step / total;
  else bar.removeAttribute("value");
  if (job && !tools.firstChild) tools.append(button(t("live.cancel"), { name: "close", on: () => cancelJob(job) }));
}
