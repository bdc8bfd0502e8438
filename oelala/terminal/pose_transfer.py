"""What `generate pose-transfer` does before a clip is made, and says of it afterwards, as the page does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oelala.errors import InvalidTask
from oelala.studio import Studio
from oelala.tasks.job import Done, Failed, Job
from oelala.tasks.pose_transfer import PoseTransfer
from oelala.terminal.console import Console
from oelala.terminal.watch import run_and_watch
from oelala.texts.pose_fit import finding_in_words

PLACED = ("pose_scale", "shift_x", "shift_y")


@dataclass(frozen=True, slots=True)
class Ready:
    """A task whose bodies have been found, and what does not fit: the values of a finding, and its `text`."""

    task: PoseTransfer
    findings: list[dict[str, Any]]


def refuse_both(given: Mapping[str, Any]) -> None:
    """Raises InvalidTask ("placed-already") where flags say as well where the body goes."""
    if field := next((name for name in PLACED if given.get(f"task_{name}") is not None), None):
        raise InvalidTask("placed-already", field=field)


def make_ready(
    studio: Studio, task: PoseTransfer, also: Sequence[str], console: Console, *, place: bool
) -> Ready | Job:
    """Look for bodies in the light lane, begin where somebody is first seen, put the body in its place where
    asked, and say what does not fit.

    Returns the search that came to no end where one did. Raises as `Studio.search_for_bodies`,
    `Studio.placed` and `Studio.findings`.
    """
    name = Path(task.motion).name
    searches = studio.search_for_bodies(task, also, place=place)
    if task.motion_end is None and (end := searches.task.motion_end) is not None:
        console.note("terminal.first-part", name=name, start=f"{task.motion_start:g}", end=f"{end:g}")
    done = run_and_watch(studio, searches.jobs, console) if searches.jobs else []
    if lost := next((job for job in done if _is_lost(job, searches.picture, place)), None):
        return lost
    task = studio.from_first_seen(studio.found(searches.task))
    if task.motion_start != searches.task.motion_start:
        console.note("terminal.begins", name=name, at=task.motion_start)
    if place:
        task = studio.placed(task)
    findings = [_in_words(finding, console) for finding in studio.findings(task)]
    for finding in findings:
        console.say_aside(finding["text"])
    if any(isinstance(job.state, Failed) for job in done):
        console.note("live.fit.no-body")
    return Ready(task, findings)


def _is_lost(job: Job, pictures: Sequence[Job], place: bool) -> bool:
    """Without a body in the character's picture the motion keeps its own proportions."""
    if isinstance(job.state, Done):
        return False
    of_picture = job.id in {one.id for one in pictures}
    nobody = isinstance(job.state, Failed) and job.state.code == "nobody-found"
    return not (of_picture and nobody and not place)


def _in_words(finding: Mapping[str, Any], console: Console) -> dict[str, Any]:
    words = finding_in_words(
        finding["code"], finding["joints"], finding["values"], console.language, typed=True
    )
    return {**finding, "joints": list(finding["joints"]), "text": words}


def tell_scores(
    studio: Studio, clips: Sequence[Path], outputs: Sequence[Path], console: Console
) -> list[dict[str, Any] | None]:
    """Say how well each clip follows, and where driver, skeleton and clip lie beside each other: with the
    clip, where it was copied to (`outputs`). The same for scripts: `Score.as_json` without its curve, and
    `side_by_side`; None for a clip that was not measured."""
    return [_tell_score(studio, *pair, console) for pair in zip(clips, outputs, strict=True)]


def _tell_score(studio: Studio, clip: Path, output: Path, console: Console) -> dict[str, Any] | None:
    score = studio.clip_score(clip)
    if not score:
        console.note("terminal.not-measured")
        return None
    beside = _beside(studio, score["side_by_side"], clip, output)
    told = {
        name: score.get(name) for name in ("pck", "pck_mirrored", "mean_error", "found_rate", "worst_frame")
    }
    _say_score(score, console)
    if beside is not None:
        console.note("terminal.side-by-side", path=str(beside))
    return {**told, "side_by_side": None if beside is None else str(beside)}


def _say_score(score: Mapping[str, Any], console: Console) -> None:
    if score["pck"] is None:
        console.note("live.score.nothing")
        return
    error = "–" if score["mean_error"] is None else round(score["mean_error"] * 100, 1)
    values = {"pck": round(score["pck"] * 100, 1), "error": error, "found": round(score["found_rate"] * 100)}
    console.note("live.score.words" if score["found_rate"] else "live.score.nobody", **values)
    if score.get("seen_from_behind"):  # not in clips of before it was measured
        console.note("live.score.from-behind", pck=round(score["pck_mirrored"] * 100, 1))


def _beside(studio: Studio, film: str | None, clip: Path, output: Path) -> Path | None:
    if film is None:
        return None
    path = studio.workspace.outputs / film
    if output == clip:
        return path
    return studio.copy_output(path, output.with_stem(f"{output.stem}-side-by-side"))
