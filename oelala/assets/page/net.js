// Requests to our own routes. A refusal becomes an Error with the server's own message and hint.
export class Refused extends Error {
  constructor(status, fault) {
    super(fault.message ?? `HTTP ${status}`);
    this.status = status;
    this.hint = fault.hint ?? "";
    this.code = fault.code ?? "";
  }
}

async function ask(url, options = {}) {
  const answer = await fetch(url, { credentials: "same-origin", cache: "no-store", ...options });
  const text = await answer.text(); // read even when empty, or the browser calls the request cancelled
  const value = text && answer.headers.get("content-type")?.startsWith("application/json") ? JSON.parse(text) : null;
  if (!answer.ok) throw new Refused(answer.status, value ?? {});
  return value;
}

export const get = (url, seconds = 20) => ask(url, { signal: AbortSignal.timeout(seconds * 1000) });
// The header tells a post of this page from one that another site makes the browser send.
export const post = (url, body = null) => ask(url, { method: "POST", headers: { "X-Oelala": "1" }, body });
