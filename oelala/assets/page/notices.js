// Short messages: what went well leaves by itself, what went wrong stays until it is dismissed.
import { button, byId, el, t } from "./dom.js";

const SHORT_MS = 6000;
const AT_MOST = 4;

export function notify(message, { hint = "", bad = false } = {}) {
  const list = byId("o-notices");
  if (!list) return;
  const text = el("div", {}, el("p", { class: "o-notice-text" }, message), hint && el("p", { class: "o-hint" }, hint));
  const notice = el("div", { class: bad ? "o-notice o-notice-bad" : "o-notice", role: bad ? "alert" : "status" }, text);
  notice.append(button(t("live.dismiss"), { name: "close", kind: "o-icon", bare: true, on: () => notice.remove() }));
  list.append(notice);
  while (list.children.length > AT_MOST) list.firstElementChild.remove();
  if (!bad) setTimeout(() => notice.remove(), SHORT_MS);
}

export const notifyFault = (fault) => notify(fault.message, { hint: fault.hint, bad: true });

export function clearFaults() {
  for (const notice of document.querySelectorAll(".o-notice-bad")) notice.remove();
}
