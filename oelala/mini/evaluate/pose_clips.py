"""Motions that nothing was trained on, their drawings as the studio draws them, and the clips that follow.

Drawing needs OpenCV. A machine without it takes drawings that `write_drawings` made elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from oelala.media.poses.document import Person, Points, Pose
from oelala.mini.evaluate.options import Options
from oelala.mini.evaluate.prompts import Prompt, pose_prompts
from oelala.mini.evaluate.renders import render
from oelala.mini.evaluate.sampler import Frames, PoseRequest
from oelala.mini.topology import FPS, HEIGHT, WIDTH
from oelala.mini.world.pack import pack
from oelala.mini.world.render import ground_truth
from oelala.mini.world.spec import ClipSpec
from oelala.mini.world.stage import build_stage

_FACE = (0, 14, 15, 16, 17)
_DRAWN = 0.3


@dataclass(frozen=True)
class PoseClips:
    """The first `clips` motions, by number."""

    options: Options

    @property
    def prompts(self) -> list[Prompt]:
        """Their prompts."""
        return pose_prompts(self.options.clips)

    def request(self, number: int, prompt: Prompt) -> PoseRequest:
        """What the pipeline is asked: drawings, the first frame of the right clip, and the words."""
        reference = render(prompt.spec, self.options.num_frames, [0])[0]
        return PoseRequest(self.drawn(number, prompt), reference, prompt.text)

    def drawn(self, number: int, prompt: Prompt) -> Frames:
        """(T, 256, 256, 3), uint8: from the folder of drawings, or drawn now."""
        folder, count = self.options.drawings, self.options.num_frames
        if folder is None:
            return draw(motion_of(prompt.spec, count))
        strip = np.asarray(Image.open(_file(folder, number)).convert("RGB"))
        frames = strip.reshape(-1, HEIGHT, WIDTH, 3)
        if len(frames) != count:
            raise ValueError(f"{_file(folder, number)} has {len(frames)} frames, not {count}")
        return frames


def write_drawings(options: Options, folder: Path) -> list[Path]:
    """`pose-00000.png` …, one clip each, its frames one below the other; answers them."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, prompt in enumerate(pose_prompts(options.clips)):
        frames = draw(motion_of(prompt.spec, options.num_frames))
        paths.append(_file(folder, number))
        Image.fromarray(frames.reshape(-1, WIDTH, 3)).save(paths[-1])
    return paths


def draw(motion: Pose) -> Frames:
    """As the studio draws it for a model: (T, 256, 256, 3), uint8."""
    from oelala.media.poses.drawing import draw_frames

    return np.stack(list(draw_frames(motion)))


@torch.no_grad()
def motion_of(spec: ClipSpec, num_frames: int) -> Pose:
    """The joints of a clip, in pixels: hidden ones with half the confidence, a hidden face missing."""
    people = pack([spec], num_frames, "cpu")
    truth = ground_truth(people, build_stage(people), num_frames)
    places, visible = truth.joints[0].double().numpy(), truth.visible[0].numpy()
    points = np.concatenate([places * (WIDTH, HEIGHT), np.where(visible, 1.0, 0.5)[..., None]], -1)
    hidden = ~visible
    hidden[:, [joint for joint in range(points.shape[1]) if joint not in _FACE]] = False
    points[hidden] = 0
    return pose_of(points, _DRAWN)


def pose_of(points: Points, least: float = _DRAWN) -> Pose:
    """One person's (T, 18, 3) in pixels; joints less sure than `least` count as missing."""
    return Pose(WIDTH, HEIGHT, FPS, len(points), (Person.of(points),), least)


def _file(folder: Path, number: int) -> Path:
    return folder / f"pose-{number:05d}.png"
