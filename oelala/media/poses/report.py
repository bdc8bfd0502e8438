"""The bodies of a motion in a few numbers, with drawings and OpenPose's JSON where asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from oelala.errors import InvalidTask, OelalaError
from oelala.media.poses.detect import Detection, OnFrame, require_somebody
from oelala.media.poses.document import Pose
from oelala.media.poses.export import write_pose_video
from oelala.media.poses.film import Cut, Frame, open_film, read_film
from oelala.media.poses.fit_check import check_fit, serious_first
from oelala.media.poses.measure import compare
from oelala.media.poses.openpose_read import Reading, is_openpose
from oelala.media.poses.openpose_write import write_folder
from oelala.media.poses.request import PoseRequest
from oelala.media.poses.scene_check import check_scenes
from oelala.media.poses.source import MotionSource, part_of, read_motion, resample
from oelala.media.poses.styles import STYLES


def report(request: PoseRequest, on_frame: OnFrame | None = None) -> dict[str, Any]:
    """JSON values: `frames`, `fps`, `detected` (the share of the frames with a body), `confidence` (the mean
    over the joints seen), `people`, `width`, `height`, `hands` and `faces` (the shares of the frames with
    one); `findings` of the first person's framing and scenes, as data, serious ones first; the files written
    (`draw`, `openpose`) or None; and `score` (`Score.as_json`, and how many frames the other one has at this
    one's rate, `against_frames`), or None without `against`.

    Raises InvalidTask ("bad-part"), OelalaError ("nothing-to-draw-over") and what reading, drawing and
    writing raise.
    """
    source = _source(request)
    path = Path(request.file).expanduser()
    if request.over and (not path.exists() or is_openpose(path)):
        raise OelalaError("nothing-to-draw-over", name=path.name)
    pose = _read(source, on_frame)
    if request.draw is not None:
        over = _beneath(path, source.detection.cut, pose) if request.over else None
        write_pose_video(request.draw, pose, STYLES[request.style], over)
    if request.openpose is not None:
        write_folder(pose, request.openpose, Path(request.file).stem)
    findings = serious_first((*check_scenes(pose, request.start), *check_fit(pose)))
    return {
        **numbers_of(pose),
        "findings": [asdict(finding) for finding in findings],
        "draw": _text(request.draw),
        "openpose": _text(request.openpose),
        "score": None if request.against is None else _score(pose, request),
    }


def _read(source: MotionSource, on_frame: OnFrame | None = None) -> Pose:
    """The part, at the rate that was asked for; a film is cut while it is searched."""
    pose, path = read_motion(source, on_frame), Path(source.file).expanduser()
    if path.exists() and not is_openpose(path):
        return pose
    cut = source.detection.cut
    pose = require_somebody(part_of(pose, cut.start, cut.end, path.name), path.name, from_points=True)
    return pose if cut.fps in (None, pose.fps) else resample(pose, cut.fps)


def _beneath(path: Path, cut: Cut, pose: Pose) -> Iterator[Frame]:
    """The film's frames that the bodies were found in."""
    return read_film(open_film(path), cut, max(pose.width, pose.height))


def numbers_of(pose: Pose) -> dict[str, Any]:
    found = [pose.found(person) for person in pose.people]
    detected = float(np.any(found, axis=0).mean()) if found and pose.num_frames else 0.0
    return {
        "frames": pose.num_frames,
        "fps": round(pose.fps, 3),
        "detected": round(detected, 4),
        "confidence": round(pose.mean_confidence(), 4),
        "people": len(pose.people),
        "hands": _share_with(pose, "hand_left", "hand_right"),
        "faces": _share_with(pose, "face"),
        "width": pose.width,
        "height": pose.height,
    }


def _share_with(pose: Pose, *parts: str) -> float:
    """Of the frames: those in which anybody shows one of these parts."""
    seen = np.zeros(pose.num_frames, bool)
    for person in pose.people:
        for part in parts:
            seen |= pose.seen(getattr(person, part)).any(axis=1)
    return round(float(seen.mean()), 4) if pose.num_frames else 0.0


def _score(pose: Pose, request: PoseRequest) -> dict[str, Any]:
    """The same part of both, at this one's rate; frames that this one lacks are not missing from it: it
    may be a clip of the motion's beginning."""
    truth = _read(replace(_source(request), file=str(request.against)))
    whole = resample(truth, pose.fps)
    count = min(whole.num_frames, pose.num_frames)
    said = compare(resample(truth, pose.fps, count), pose).as_json()
    return {**said, "against_frames": whole.num_frames}


def _source(request: PoseRequest) -> MotionSource:
    try:
        cut = Cut(request.start, request.end, request.fps)
    except ValueError as fault:
        raise InvalidTask(
            "bad-part", start=request.start, end=_shown(request.end), fps=_shown(request.fps)
        ) from fault
    detection = Detection(
        request.detector, cut, hands=request.hands, face=request.face, models=request.models
    )
    reading = Reading() if request.fps is None else Reading(fps=request.fps)
    return MotionSource(request.file, detection, reading)


def _shown(value: float | None) -> float | str:
    return "…" if value is None else value


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
