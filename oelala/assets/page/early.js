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
