// The switches in the head of the page.
import { byId, icon, t } from "./dom.js";

const YEAR = 31536000;

export function startHeader() {
  for (const one of document.querySelectorAll("[data-language]")) {
    one.setAttribute("aria-pressed", String(one.dataset.language === window.oelala.language));
    one.addEventListener("click", () => choose(one.dataset.language));
  }
  byId("o-theme").addEventListener("click", switchTheme);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawTheme);
  document.querySelector("[data-skip]").addEventListener("click", (event) => {
    event.preventDefault();
    document.querySelector(".o-form textarea")?.focus();
  });
  drawTheme();
}

// The server writes the page in the language of this cookie; jobs and log live on there, so nothing is lost.
function choose(language) {
  if (language === window.oelala.language) return;
  document.cookie = `oelala_language=${language}; path=/; max-age=${YEAR}; samesite=lax`;
  location.reload();
}

function switchTheme() {
  const next = window.oelala.theme() === "dark" ? "light" : "dark";
  try { localStorage.setItem("oelala_theme", next); } catch { /* storage is switched off */ }
  window.oelala.applyTheme();
  drawTheme();
}

function drawTheme() {
  const dark = window.oelala.theme() === "dark";
  const label = t(dark ? "live.to-light" : "live.to-dark");
  const button = byId("o-theme");
  button.replaceChildren(icon(dark ? "sun" : "moon"));
  button.setAttribute("aria-label", label);
  button.title = label;
}
