// Whom to follow of several people: a row of buttons, or a click on the body.
import { el, t } from "./dom.js";
import { distance } from "./skeleton.js";
import { setNumber } from "./values.js";

export function pick(kind, view, index, event) {
  const area = event.currentTarget.getBoundingClientRect();
  const [x, y] = [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height];
  const far = view.persons.map((person) => distance(person.body[index], x, y));
  const nearest = far.indexOf(Math.min(...far));
  if (far[nearest] < 0.2) setNumber(kind, "person", nearest);
}

export function peopleOf(kind, view) {
  if (view.persons.length < 2) return { node: null, follow: () => {} };
  const buttons = view.persons.map((_, which) => el("button", { type: "button", on: { click: () => setNumber(kind, "person", which) } }, t("live.motion.person", { n: which + 1 })));
  const words = t("live.motion.people", { n: view.persons.length });
  const node = el("div", { class: "o-people" }, el("p", { class: "o-picture-note" }, words), el("div", { class: "o-chips", role: "group", "aria-label": words }, ...buttons));
  return { node, follow: (chosen) => buttons.forEach((one, which) => one.setAttribute("aria-pressed", String(which === chosen))) };
}
