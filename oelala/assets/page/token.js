// A download that failed for lack of an access token: where to get one, and a field that takes it. It goes to the
// server once and is never shown again. It is the visitor's own, so it goes over no line that others can read.
import { retryJob } from "./actions.js";
import { button, el, t } from "./dom.js";
import { post } from "./net.js";
import { notifyFault } from "./notices.js";

const CODES = ["gated-model", "token-refused"];

export const needsToken = (job) => job?.state === "failed" && CODES.includes(job.code);

export function tokenForm(job) {
  const steps = [link(job.page, t("live.token.licence")), link(job.tokens, t("live.token.make"))];
  if (!window.isSecureContext) return el("div", { class: "o-token" }, ...steps, el("p", { class: "o-note" }, t("live.token.open-line")));
  const field = el("input", { type: "password", class: "o-token-field", autocomplete: "off", spellcheck: "false", required: true, maxlength: "500" });
  const keep = button(t("live.token.keep"), { name: "save", kind: "o-plain", on: () => form.requestSubmit() });
  const form = el("form", { class: "o-token", on: { submit: (event) => give(event, { job, field, keep }) } }, ...steps);
  form.append(el("label", { class: "o-token-label" }, el("span", {}, t("live.token.label")), field), keep, el("p", { class: "o-note" }, t("live.token.note")));
  return form;
}

const link = (address, words) =>
  /^https?:\/\//.test(address ?? "") && el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, words);

async function give(event, { job, field, keep }) {
  event.preventDefault();
  const token = field.value;
  field.value = "";
  keep.disabled = true;
  try {
    await post("/oelala/hub-token", token);
    await retryJob(job.id);
  } catch (fault) {
    notifyFault(fault);
  }
  keep.disabled = false;
}
