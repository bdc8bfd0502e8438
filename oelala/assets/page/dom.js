// Building blocks of the live panels. What comes from a prompt, a log or a file is only ever text.
const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  sun: "M12 4V2m0 20v-2m8-8h2M2 12h2m13.7-5.7 1.4-1.4M4.9 19.1l1.4-1.4m0-11.4L4.9 4.9m14.2 14.2-1.4-1.4M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0Z",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z",
  close: "M6 6l12 12M18 6 6 18",
  again: "M4 12a8 8 0 1 1 2.6 5.9M4 19v-4.5h4.5",
  reuse: "M9 14 4.5 9.5 9 5M4.5 9.5H14a5.5 5.5 0 0 1 0 11h-2",
  save: "M12 4v11m0 0 4-4m-4 4-4-4M5 19h14",
  chevron: "m6 9 6 6 6-6",
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8.5 5v14M15.5 5v14",
  copy: "M9 9h10v11H9zM5 15V4h10",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 2.5-2.5L20 17M15.5 9.5h.01",
  camera: "M4 8h4l1.5-2.5h5L16 8h4v11H4zM12 16.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4Z",
  fit: "M4 9V4h5M20 15v5h-5M4 4l6 6M20 20l-6-6",
  animate: "M5 4v16M5 6h9l-2 3 2 3H5M17 8l4 4-4 4",
  forward: "M5 6l6 6-6 6M13 6l6 6-6 6",
  done: "m5 12.5 4.5 4.5L19 7.5",
  back: "M5 12h14M5 12l5-5m-5 5 5 5",
};

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else if (name in node && name !== "list" && name !== "style" && typeof value !== "string") node[name] = value;
    else node.setAttribute(name === "class" ? "class" : name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("o-svg");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function button(label, { name = null, kind = "o-quiet", bare = false, on, ...rest }) {
  const words = bare ? [] : [el("span", {}, label)];
  const extra = bare ? { "aria-label": label, title: label } : {};
  return el("button", { type: "button", class: kind, on: { click: on }, ...extra, ...rest }, name && icon(name), ...words);
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// The sentence of a key in the visitor's language, its placeholders filled in.
export function t(key, values = {}) {
  const text = window.oelala.texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? written(values[name]) : all));
}

// Numbers have a comma in Dutch.
const written = (value) => (typeof value === "number" && window.oelala.language === "nl" ? String(value).replace(".", ",") : String(value));

export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return t("live.seconds", { n: whole });
  if (whole < 3600) return t("live.minutes", { m: Math.floor(whole / 60), s: whole % 60 });
  return t("live.hours", { h: Math.floor(whole / 3600), m: Math.floor((whole % 3600) / 60) });
}

export function facts(of) {
  const parts = [];
  if (of.width && of.height) parts.push(`${of.width} × ${of.height}`);
  if (of.num_frames) parts.push(t("live.meta.frames", { n: of.num_frames }));
  if (of.num_inference_steps) parts.push(t("live.meta.steps", { n: of.num_inference_steps }));
  if (of.seed !== undefined && of.seed !== null) parts.push(t("live.meta.seed", { n: of.seed }));
  if (of.model) parts.push(of.model_title ?? of.model);
  return parts.join(" · ");
}

export const clipUrl = (path) => `/oelala/outputs/${path.split("/").map(encodeURIComponent).join("/")}`;
export const byId = (id) => document.getElementById(id);

export const isFilm = (file) => file.type.startsWith("video/") || /\.(mp4|m4v|mov|mkv|webm|avi)$/i.test(file.name);

// Tells once, when the element has left the page.
export function whenGone(node, then) {
  const watcher = new MutationObserver(() => {
    if (node.isConnected) return;
    watcher.disconnect();
    then();
  });
  watcher.observe(document.body, { childList: true, subtree: true });
}
