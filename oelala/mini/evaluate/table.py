"""SCORES.md, made of what the parts left behind; a part that is not there is "not measured"."""

from pathlib import Path

from oelala.mini.evaluate.results import PartResult, Row, Unit
from oelala.mini.evaluate.statistics import Estimate

# Every part with what its rows are called, for when it is not there.
PARTS = {
    "vae": ("VAE, PSNR", "VAE, same joints"),
    "text": (
        "text: body found",
        "text: wall colour",
        "text: top colour",
        "text: bottom colour",
        "text: hair colour",
    ),
    "action": ("text: action",),
    "image": (
        "image: first frame, PSNR",
        "image: colours kept to the end",
        "image: same character at the end",
    ),
    "pose": ("pose: PCK@0.05",),
    "speed": (
        "speed, 17 frames",
        "speed, 17 frames, against the bare call",
        "speed, 33 frames",
        "speed, 33 frames, against the bare call",
    ),
    "size": ("size, text and image", "size, pose"),
    "world": (
        "world: body found",
        "world: PCK@0.05",
        "world: frontal face found",
        "world: face found within 35°",
        "world: face descriptor, AUC, close-ups",
        "world: face descriptor, AUC, waist up",
    ),
}
_FORMS: dict[Unit, tuple[float, str, str]] = {
    "share": (100, ".1f", " %"),
    "dB": (1, ".1f", " dB"),
    "s": (1, ".1f", " s"),
    "ratio": (1, ".2f", " ×"),
    "MB": (1, ".1f", " MB"),
}
_TITLE = """# What Oelala Mini scores

    python -m oelala.mini.evaluate --scores oelala/mini/SCORES.md

"Renders" are what the same judge finds on plain renders of the same prompts: no model can be expected to do
better. In brackets 95 % intervals: Wilson's for shares, several clips of a prompt counting for fewer the more
they agree; 1.96 standard errors for means; order statistics for medians. People, colour pairs of top and
bottom, and motions are held out of training. Bodies and joints are found by MediaPipe, faces
by YuNet, who somebody is by dlib's face descriptor.

| what | Mini | renders | asked | |
|---|---|---|---|---|
"""


def table(folder: Path) -> str:
    """The whole page, of the parts' files in `folder`."""
    lines, notes = [], []
    models: set[str] = set()
    for name, whats in PARTS.items():
        path = folder / f"{name}.json"
        result = PartResult.read(path) if path.exists() else None
        rows = {row.what: row for row in (result.rows if result else ())}
        lines += [line(rows[what]) if what in rows else f"| {what} | not measured | | | |" for what in whats]
        if result and result.rows:
            notes.append(f"* **{name}**: {result.note}.")
            models |= {result.about["model"]} if "model" in result.about else set()
    judged = f"\nJudged: weights `{'`, `'.join(sorted(models))}`.\n" if models else ""
    return _TITLE + "\n".join(lines) + "\n\n" + "\n".join(notes) + "\n" + judged


def line(row: Row) -> str:
    """One row of the table."""
    asked = "" if row.reach is None else ("≥ " if row.at_least else "≤ ") + _number(row.reach, row.unit)
    verdict = {True: "reached", False: "**not yet**", None: ""}[row.reached]
    renders = shown(row.renders, row.unit) if row.renders else ""
    mini = "" if row.of_renders else shown(row.mini, row.unit)
    return f"| {row.what} | {mini} | {renders} | {asked} | {verdict} |"


def shown(estimate: Estimate | None, unit: Unit) -> str:
    """A value with its interval; none for what is exact or one value only."""
    if estimate is None:
        return "not measured"
    value = _number(estimate.value, unit)
    if estimate.count < 2 or estimate.low == estimate.high:
        return value
    scale, form, _ = _FORMS[unit]
    return f"{value} ({estimate.low * scale:{form}}-{estimate.high * scale:{form}})"


def _number(value: float, unit: Unit) -> str:
    scale, form, sign = _FORMS[unit]
    return f"{value * scale:{form}}{sign}"
