"""`pose FILE`: the bodies of a film, a picture or OpenPose's JSON, in numbers, drawn, or as such JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oelala.errors import OelalaError
from oelala.settings import Settings
from oelala.studio import PoseRequest, Studio
from oelala.terminal.bar import Bar
from oelala.terminal.console import DONE, Console
from oelala.terminal.target import checked_target
from oelala.texts import say
from oelala.texts.pose_fit import finding_in_words

HELP = "find the bodies in a film, a picture or OpenPose's JSON"

DETECTORS = ("mediapipe", "dwpose", "openpose")
STYLES = ("openpose", "body", "vace", "animate")


def add_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        help="A film, a picture, OpenPose's JSON (file, folder or zip), or: wave, walk, …",
    )
    parser.add_argument("--json", action="store_true", help="One line of JSON instead of a sentence.")
    parser.add_argument("--draw", metavar="OUT.mp4", type=Path, help="Draw the bodies as a film.")
    about = "OpenPose's own colours, or what VACE or Wan-Animate learnt."
    parser.add_argument(
        "--style", default="openpose", choices=("openpose", "body", "vace", "animate"), help=about
    )
    about = "With --draw: over the film itself, and not on black."
    parser.add_argument("--over", action="store_true", help=about)
    parser.add_argument("--openpose", metavar="DIR", type=Path, help="Write OpenPose's JSON, a file a frame.")
    about = "Say how well FILE follows this one: a film, OpenPose's JSON, or wave, walk, …"
    parser.add_argument("--against", metavar="FILE", help=about)
    about = "What finds the bodies; the user installs all but the first."
    parser.add_argument("--detector", default="mediapipe", choices=DETECTORS, help=about)
    parser.add_argument("--hands", action="store_true", help="Look for hands as well.")
    parser.add_argument("--face", action="store_true", help="Look for 68 points of the face as well.")
    parser.add_argument(
        "--fps", metavar="X", type=float, help="So many frames a second; else the film's own."
    )
    parser.add_argument("--start", metavar="X", type=float, default=0.0, help="Begin there, in seconds.")
    parser.add_argument("--end", metavar="X", type=float, help="End there, in seconds.")


def run(flags: argparse.Namespace, settings: Settings, console: Console) -> int:
    if flags.over and flags.draw is None:
        raise OelalaError("missing-argument", command="pose --over", name="--draw OUT.mp4")
    request = _request(flags, settings)
    with Bar(console.language, shown=sys.stderr.isatty()) as bar:

        def on_frame(done: int, total: int) -> None:
            bar.draw(f"{say('phase.working', console.language)} {done}/{total}")

        answer = Studio.read_pose(request, on_frame)
    if console.as_json:
        console.json(answer)
    else:
        _tell(answer, flags.against, console)
    return DONE


def _tell(answer: Mapping[str, Any], against: str | None, console: Console) -> None:
    console.result(console.say("terminal.pose", **{**answer, "detected": round(answer["detected"] * 100)}))
    if score := answer["score"]:
        _tell_score(score, against, console)
        if answer["frames"] < score["against_frames"]:
            many = {"frames": answer["frames"], "whole": score["against_frames"]}
            console.result(console.say("terminal.pose-shorter", name=against, **many))
    for finding in answer["findings"]:
        words = (finding["code"], finding["joints"], finding["values"], console.language)
        console.result(finding_in_words(*words, typed=True))


def _tell_score(score: Mapping[str, Any], against: str | None, console: Console) -> None:
    if score["pck"] is None:
        console.result(console.say("live.score.nothing"))
        return
    values = {"pck": round(score["pck"] * 100, 1), "worst": score["worst_frame"]}
    console.result(console.say("terminal.pose-score", name=against, **values))
    if score["seen_from_behind"]:
        console.result(console.say("live.score.from-behind", pck=round(score["pck_mirrored"] * 100, 1)))


def _request(flags: argparse.Namespace, settings: Settings) -> PoseRequest:
    return PoseRequest(
        flags.file,
        start=flags.start,
        end=flags.end,
        fps=flags.fps,
        detector=flags.detector,
        hands=flags.hands,
        face=flags.face,
        models=settings.models,
        draw=None if flags.draw is None else _spared(checked_target(flags.draw), flags),
        style=flags.style,
        over=flags.over,
        against=flags.against,
        openpose=None if flags.openpose is None else _spared(_folder(flags.openpose), flags),
    )


def _spared(target: Path, flags: argparse.Namespace) -> Path:
    """What is read is not written over."""
    for read in (flags.file, flags.against):
        if read and target == Path(read).expanduser().resolve():
            raise OelalaError("out-is-input", path=str(target))
    return target


def _folder(path: Path) -> Path:
    """It may be new. Found wanting before the work, as `checked_target`."""
    folder = path.expanduser().resolve()
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not there.is_dir():
        raise OelalaError("not-a-folder", path=str(there))
    return folder
