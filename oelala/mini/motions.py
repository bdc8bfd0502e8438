"""The motions that ship with the studio, made by the world's own skeleton.

    python -m oelala.mini.motions

writes `oelala/assets/motions/*.json`: each a list of OpenPose frames (COCO-18, pixels of 256 × 256, 16 frames
a second). What is hidden behind the body keeps its place with half the confidence, as detectors guess it; the
face is missing from behind, as they draw it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from oelala.mini.world.pack import FPS, pack
from oelala.mini.world.render import ground_truth
from oelala.mini.world.seeds import random_clip
from oelala.mini.world.spec import ClipSpec, Motion
from oelala.mini.world.stage import SIZE, build_stage
from oelala.settings import ASSETS

FOLDER = ASSETS / "motions"
NUM_FRAMES = 65
# Name -> action, degrees to the side, degrees turned in the whole clip.
MOTIONS = {
    "wave": ("waving", 0.0, 0.0),
    "walk": ("walking", 30.0, 0.0),
    "jump": ("jumping", 0.0, 0.0),
    "dance": ("dancing", 0.0, 0.0),
    "turn": ("standing", 0.0, 360.0),
}
_FACE = (0, 14, 15, 16, 17)
_HIDDEN = 0.5


def clip_of(name: str) -> ClipSpec:
    """Somebody of middling build on an empty stage, doing it."""
    action, yaw, turn = MOTIONS[name]
    clip = random_clip(2)
    character = replace(clip.character, height=0.97, build="average", hair_style="short", glasses=False)
    scene = replace(
        clip.scene, shot="full body", view="front", yaw=yaw, turn=turn, place="wall", light="neutral"
    )
    motion = Motion(action, 1.0, 0.0, 1.0, hand=1, drift=0.0, smile=0.0, gaze=0.0, blink=0.0)
    return replace(
        clip, character=character, scene=scene, motion=motion, clothes=replace(clip.clothes, hat="none")
    )


@torch.no_grad()
def frames_of(name: str, num_frames: int = NUM_FRAMES) -> list[dict[str, Any]]:
    """The motion as OpenPose's frames."""
    people = pack([clip_of(name)], num_frames, "cpu")
    truth = ground_truth(people, build_stage(people), num_frames)
    return [
        _frame(joints, visible) for joints, visible in zip(truth.joints[0], truth.visible[0], strict=True)
    ]


def _frame(joints: Tensor, visible: Tensor) -> dict[str, Any]:
    numbers: list[float] = []
    for joint, (place, seen) in enumerate(zip((joints * SIZE).tolist(), visible.tolist(), strict=True)):
        if not seen and joint in _FACE:
            numbers += [0, 0, 0]
        else:
            numbers += [round(place[0], 1), round(place[1], 1), 1 if seen else _HIDDEN]
    return {
        "people": [{"person_id": [0], "pose_keypoints_2d": numbers}],
        "canvas_width": SIZE,
        "canvas_height": SIZE,
        "fps": FPS,
        "least_confidence": 0.3,
    }


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in MOTIONS:
        frames = [json.dumps(frame, separators=(",", ":")) for frame in frames_of(name)]
        (FOLDER / f"{name}.json").write_text("[\n" + ",\n".join(frames) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
