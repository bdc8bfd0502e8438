// Runs before anything is drawn. The server chose the language; Gradio's own words have to follow it.
Object.defineProperty(navigator, "language", { get: () => window.oelala.language });
window.oelala.theme = () => {
  let chosen = null;
  try { chosen = localStorage.getItem("oelala_theme"); } catch { /* storage is switched off */ }
  return chosen ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
};
window.oelala.applyTheme = () => {
  const dark = window.oelala.theme() === "dark";
  document.documentElement.classList.toggle("o-dark", dark);
  // Gradio marks the body, and only by what the system prefers.
  if (document.body && document.body.classList.contains("dark") !== dark) {
    document.body.classList.toggle("dark", dark);
  }
};
window.oelala.applyTheme();
document.addEventListener("DOMContentLoaded", () => {
  window.oelala.applyTheme();
  new MutationObserver(window.oelala.applyTheme).observe(document.body, { attributeFilter: ["class"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", window.oelala.applyTheme);
});

// Loading the page again: after a restart of the studio, or when only half of it came because the studio stopped
// while it sent it. What was typed is kept. What would not help three times in a minute is left alone.
{
  const KEY = "oelala_started_over", AT_MOST = 3, WITHIN_MS = 60000, PATIENCE_MS = 60000;
  let waiting = false;
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  // A refusal is an answer too: who has to sign in is shown how.
  const answers = () => fetch("/oelala/poll?boot=", { cache: "no-store" }).then((answer) => answer.status < 500, () => false);
  const isAllowed = () => {
    try {
      const recent = JSON.parse(sessionStorage.getItem(KEY) ?? "[]").filter((at) => Date.now() - at < WITHIN_MS);
      if (recent.length >= AT_MOST) return false;
      sessionStorage.setItem(KEY, JSON.stringify([...recent, Date.now()]));
    } catch { /* storage is switched off */ }
    return true;
  };
  window.oelala.startOver = async () => {
    if (waiting) return;
    waiting = true;
    do await pause(1000); // a studio that is stopping may still answer for a moment
    while (!(await answers()));
    waiting = false;
    if (isAllowed()) location.reload();
  };
  const isWhole = () => document.documentElement.dataset.oelala === "ready" && document.querySelector(".o-form");
  addEventListener("error", ({ target }) => (target instanceof HTMLScriptElement || target instanceof HTMLLinkElement) && window.oelala.startOver(), true);
  addEventListener("unhandledrejection", ({ reason }) => /import/i.test(reason?.message) && window.oelala.startOver());
  setTimeout(() => isWhole() || window.oelala.startOver(), PATIENCE_MS);
}
