// Who may write the form's fields. What the server answers (a model's own values, a preset, the settings of a
// clip) goes into the form here, and only into fields that the visitor left alone since the question went out:
// an answer may come late, twice, or after that of a later question. `ui/filling.py` is the other end.
import { tell } from "./state.js";

const forms = new Map(); // kind of task -> what is known of its form
let stamps = 0; // questions are numbered; 0 is the start of the page

export function startFill() {
  Object.assign(window.oelala, { look, fill, leave, choose });
}

function formOf(kind) {
  if (!forms.has(kind)) forms.set(kind, { questions: [], answers: [], asked: new Map(), written: {}, chosen: {}, stamps: {} });
  return forms.get(kind);
}

const pair = (names, values) => Object.fromEntries(names.map((name, at) => [name, values[at]]));

// Asking

// Ask a handler of the tab. `sinceStart`: what changed at all since the page came is the visitor's.
// `what`: the list that it is about.
export function ask(kind, event, values = {}, { sinceStart = false, what = null } = {}) {
  formOf(kind).questions.push({ event, values, sinceStart, what });
  window.oelala.bridges[kind].look();
}

// Gradio tells what the fields hold; with that the question goes out.
function look({ kind, names, start }, values) {
  const form = formOf(kind);
  for (const { event, values: sent, sinceStart, what } of form.questions.splice(0)) {
    const stamp = sinceStart ? 0 : ++stamps;
    if (what) form.stamps[what] = stamp;
    form.asked.set(stamp, pair(names, sinceStart ? start : values));
    // a preset and a speed are looked up for the model that is chosen
    window.oelala.bridges[kind][event]({ chosen: pair(names, values).model, ...sent, stamp });
  }
}

// Generate takes the values along; the place of the bridge among them carries the stamp.
function leave({ kind, names }, values) {
  const stamp = ++stamps;
  formOf(kind).asked.set(stamp, pair(names, values));
  return values.map((value, at) => (names[at] === "bridge" ? String(stamp) : value));
}

// Gradio's list tells of a choice also when it is merely left. `click`: it was chosen, also if it was already:
// then it is asked for `again`, or because no answer came, as when something on the way refuses.
function choose({ kind, what, start }, value, { click = false, again = false } = {}) {
  const form = formOf(kind);
  const isNew = (form.chosen[what] ?? start) !== value;
  if (!isNew && !(click && (again || form.asked.has(form.stamps[what])))) return;
  form.chosen[what] = value;
  ask(kind, `choose_${what}`, { [what]: value }, { what });
}

// Answering

export function takeAnswer(kind, message) {
  formOf(kind).answers.push(message);
  window.oelala.bridges[kind].fill();
}

// Gradio tells what the fields hold now, and takes what is to change; what is undefined stays.
function fill({ kind, names, start }, values) {
  const form = formOf(kind);
  const at = { now: pair(names, values), changes: {} };
  for (const answer of form.answers.splice(0)) {
    take(form, answer, { ...at, asked: form.asked.get(answer.stamp) ?? pair(names, start) });
    form.asked.delete(answer.stamp);
    tell("form", { kind, answer, current: isCurrent(answer, at.now) });
  }
  return names.map((name) => name in at.changes ? { __type__: "update", ...at.changes[name] } : undefined);
}

// An answer that speaks of a model which is no longer chosen.
const isCurrent = (answer, now) => !answer.model || now.model === answer.model.id;

function take(form, answer, { now, asked, changes }) {
  const change = (name, properties) => (changes[name] = { ...changes[name], ...properties });
  const isFree = (name) => !(form.written[name] > answer.stamp) && isSame(now[name], asked[name]);
  const write = (name, value) => {
    change(name, { value });
    now[name] = value;
    form.written[name] = answer.stamp;
    if (name === "speed") form.chosen.speed = value;
    // To the questions that are still out, this is no doing of the visitor's.
    for (const [stamp, held] of form.asked) if (stamp > answer.stamp) held[name] = value;
  };
  const { values = {}, shape = {}, lists = {}, bound = [] } = answer;
  const { rate } = now;
  if ("model" in values && isFree("model")) {
    write("model", (form.chosen.model = values.model));
    delete form.stamps.model; // its values have come, whoever asked for them
  }
  const current = isCurrent(answer, now);
  const written = Object.keys(values).filter((name) => name !== "model" && isFree(name) && (current || !bound.includes(name)));
  for (const part of [lists, current ? shape : {}]) for (const name in part) change(name, part[name]);
  for (const name of written.filter((one) => !HELPERS.includes(one))) write(name, values[name]);
  help({ now, values, written, write, rate });
}

const isSame = (one, other) => (one ?? "") === (other ?? "");

// Parts that only show another one in other words follow it, whoever wrote it.
const HELPERS = ["size", "seconds", "lock"];

function help({ now, values, written, write, rate }) {
  if (written.includes("width") || written.includes("height")) write("size", `${now.width} × ${now.height}`);
  if (written.includes("num_frames") || now.rate !== rate) write("seconds", Math.round(((now.num_frames - 1) / now.rate) * 100) / 100);
  if (written.includes("seed") && "lock" in values) write("lock", values.lock);
}
