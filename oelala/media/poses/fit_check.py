"""Whether a motion fits its frame and its character, before time is spent on it: findings as codes.

`oelala/texts/pose_fit.py` has a sentence for each: `pose.fit.<code>`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from oelala.media.poses.document import Pose
from oelala.media.poses.layouts import COCO18
from oelala.media.poses.retarget import bone_lengths, bone_ratios

Code = Literal[
    "nobody", "comes-later", "absent", "missing-joints", "out-of-frame", "too-small", "too-large", "cut-off",
    "proportions", "foreshortened", "several", "several-characters", "no-hands", "no-face", "only-part",
    "stands-still", "cuts-away", "size-guessed", "rate-guessed",
]  # fmt: skip
_ABSENT = 0.1  # share of the frames without a body from which on it is worth a word
_MISSING, _OUTSIDE = 0.5, 0.15  # share of the frames in which a joint is missing, or outside
_SMALL, _LARGE = 0.3, 1.05  # the body's height in frame heights
_LIMBS = range(2, 14)
_HEAD_ROOM = 0.01
_UNLIKE = 1.3


@dataclass(frozen=True, slots=True)
class Finding:
    """`serious`: the result will hardly be good. `joints` are keys of `pose.joint.<key>`; `values` fill the
    sentence."""

    code: Code
    serious: bool = False
    joints: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)


def check_fit(pose: Pose, character: Pose | None = None, bones: float = 0.0) -> list[Finding]:
    """What is worth knowing of the pose that will be drawn: its first person, in its frame; with a character,
    whether bones differ much although they have been fitted as far as `bones`. Serious findings first; none
    is good news."""
    if not pose.people or not pose.found(pose.people[0]).any():
        return [Finding("nobody", serious=True)]
    findings = [*_presence(pose), *_framing(pose), *_joints(pose)]
    if character is not None and character.people:
        findings += _proportions(pose, character, bones)
    return serious_first(findings)


def serious_first(findings: Iterable[Finding]) -> list[Finding]:
    """Otherwise in their order."""
    return sorted(findings, key=lambda finding: not finding.serious)


def _presence(pose: Pose) -> list[Finding]:
    findings = []
    absent = 1 - float(pose.found(pose.people[0]).mean())
    if absent >= _ABSENT:
        findings.append(Finding("absent", absent > 0.5, values={"share": round(absent * 100)}))
    if len(pose.people) > 1:
        findings.append(Finding("several", values={"count": len(pose.people)}))
    return findings


def _framing(pose: Pose) -> list[Finding]:
    body = pose.people[0].coco18()
    seen = pose.seen(body)
    rows = [points[marks, 1] for points, marks in zip(body, seen, strict=True) if marks.sum() > 3]
    if not rows:
        return []
    tall = float(np.percentile([ys.max() - ys.min() for ys in rows], 80)) / pose.height
    percent = {"share": round(tall * 100)}
    if tall < _SMALL:
        return [Finding("too-small", tall < _SMALL / 2, values=percent)]
    if tall > _LARGE:
        return [Finding("too-large", tall > 1.5, values=percent)]
    head = body[..., :2][seen & (np.arange(18) == 0)]
    above = float((head[:, 1] < _HEAD_ROOM * pose.height).mean()) if len(head) else 0.0
    return [Finding("cut-off", above > 0.5, values={"share": round(above * 100)})] if above > _OUTSIDE else []


def _joints(pose: Pose) -> list[Finding]:
    body = pose.people[0].coco18()
    there = pose.found(pose.people[0])
    seen = pose.seen(body[there])
    x, y = body[there, :, 0], body[there, :, 1]
    outside = seen & ((x < 0) | (x >= pose.width) | (y < 0) | (y >= pose.height))
    missing = [joint for joint in _LIMBS if (~seen[:, joint]).mean() > _MISSING]
    beyond = [joint for joint in _LIMBS if outside[:, joint].mean() > _OUTSIDE]
    findings = []
    if missing:
        findings.append(Finding("missing-joints", len(missing) > 6, _keys(missing)))
    if beyond:
        findings.append(Finding("out-of-frame", len(beyond) > 4, _keys(beyond)))
    return findings


def _proportions(pose: Pose, character: Pose, bones: float) -> list[Finding]:
    """Bones that stay unlike the character's; those ending in head or foot tell too little. What `retarget`
    leaves unlike at full `bones` looks too short or too long to be seen from the side."""
    _, ratios = bone_ratios(bone_lengths(pose, pose.people[0]), bone_lengths(character, character.people[0]))
    unlike = [bone for bone, ratio in ratios.items() if not 1 / _UNLIKE < ratio < _UNLIKE and max(bone) < 15]
    joints = sorted({_COCO[end] for _, end in unlike if end in _COCO})
    code: Code = "foreshortened" if bones == 1 else "proportions"
    return [Finding(code, joints=_keys(joints))] if joints else []


_COCO = {**{joint: joint for joint in range(8)}, **{joint: joint - 1 for joint in range(9, 15)}}


def _keys(joints: list[int]) -> tuple[str, ...]:
    return tuple(COCO18.joints[joint].replace(" ", "-") for joint in joints)
