"""One person's motion brought to a clip: its rate, length and size, its character's proportions."""

from __future__ import annotations

from dataclasses import dataclass

from oelala.media.poses.document import Pose
from oelala.media.poses.fit_check import Finding, check_fit, serious_first
from oelala.media.poses.length_check import check_length
from oelala.media.poses.retarget import Fit, placement, resize, retarget
from oelala.media.poses.scene_check import check_scenes
from oelala.media.poses.source import first_seen, resample


@dataclass(frozen=True, slots=True)
class Target:
    """The clip: pixels, frames a second, frames."""

    width: int
    height: int
    fps: float
    num_frames: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """`pose`: what is drawn, at the clip's size. `original`: the same frames before they were fitted.
    `findings`: what does not fit, serious ones first. `place`: size and shifts that would bring it to where
    the character stands."""

    pose: Pose
    original: Pose
    findings: tuple[Finding, ...]
    place: Fit | None = None


def fit_motion(
    driver: Pose, character: Pose | None, target: Target, fit: Fit, *, person: int = 0, start: float = 0.0
) -> Fitted:
    """That person of `driver`, which begins `start` seconds into its motion. A character, framed as its
    picture is, without a body leaves the driver's bones as they are.

    Raises ValueError for a driver without people, IndexError for one without that person.
    """
    if character is not None and not character.people:
        character = None
    followed = driver.only(person) if driver.people else driver
    original = resample(followed, target.fps, target.num_frames)
    sized = resize(original, target.width, target.height)
    other = None if character is None else resize(character, sized.width, sized.height)
    fitted = retarget(sized, other, fit)
    found = [_or_later(one, followed, target, start) for one in check_fit(fitted, other, bones=fit.bones)]
    lengths = check_length(followed, target.fps, target.num_frames)
    scenes = check_scenes(followed, start, target.num_frames / target.fps)
    findings = serious_first((*scenes, *found, *_others(driver, character, person), *lengths))
    place = None if other is None else placement(retarget(sized, other, Fit(fit.bones)), other)
    return Fitted(fitted, original, tuple(findings), place)


def _or_later(finding: Finding, followed: Pose, target: Target, start: float) -> Finding:
    """Nobody in the frames of the clip: somebody may come after them."""
    comes = first_seen(followed) if finding.code == "nobody" else None
    if comes is None:
        return finding
    values = {"clip": round(target.num_frames / target.fps, 1), "at": round(start + comes, 2)}
    return Finding("comes-later", serious=True, values=values)


def _others(driver: Pose, character: Pose | None, person: int) -> list[Finding]:
    """Who is passed over: beside the driver, unless another than the first was asked for, and beside the
    character."""
    findings = []
    count = sum(bool(driver.found(one).any()) for one in driver.people)
    if count > 1 and not person:
        findings.append(Finding("several", values={"count": count}))
    if character is not None and len(character.people) > 1:
        findings.append(Finding("several-characters", values={"count": len(character.people)}))
    return findings
