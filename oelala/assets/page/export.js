// A motion to take along: its points as OpenPose's JSON, and its skeleton as a film, which a job draws.
import { button, el, icon, setText, t } from "./dom.js";
import { follow } from "./find.js";
import { post } from "./net.js";
import { notifyFault } from "./notices.js";

// A zip comes as bytes without a name (`ui/headers.py`): the link has it.
const nameOf = (motion) => (/^[a-z]+$/.test(motion) ? motion : "motion");
const urlOf = (motion) => `/oelala/motions/${encodeURIComponent(motion)}`;

export function exportsOf(motion) {
  const points = el("a", { class: "o-quiet", href: `${urlOf(motion)}/openpose.zip`, download: `${nameOf(motion)}-openpose.zip` }, icon("save"), el("span", {}, t("live.motion.points")));
  const film = button(t("live.motion.drawing"), { name: "save", on: () => drawn(motion, film) });
  return [points, film];
}

async function drawn(motion, film) {
  const label = film.querySelector("span");
  film.disabled = true;
  setText(label, t("live.motion.drawn", { share: 0 }));
  try {
    const { job } = await post(`${urlOf(motion)}/draw`);
    const told = await follow(job, ({ step = 0, total = 0 }) => setText(label, t("live.motion.drawn", { share: total ? Math.floor((step / total) * 100) : 0 })));
    if (told.state === "failed") notifyFault(told);
    if (told.state === "done") el("a", { href: `${urlOf(motion)}/skeleton.mp4`, download: `${nameOf(motion)}-skeleton.mp4` }).click();
  } catch (fault) {
    notifyFault(fault);
  }
  film.disabled = false;
  setText(label, t("live.motion.drawing"));
}
