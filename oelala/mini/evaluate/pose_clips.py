"""Motions that nothing was trained on, drawn as the studio draws them, and what a pipeline is asked."""

from __future__ import annotations

import numpy as np
import torch

from oelala.media.poses.document import Person, Points, Pose
from oelala.media.poses.drawing import draw_frames
from oelala.mini.evaluate.options import Options
from oelala.mini.evaluate.prompts import Prompt
from oelala.mini.evaluate.renders import render
from oelala.mini.evaluate.sampler import Frames, PoseRequest
from oelala.mini.topology import FPS, HEIGHT, WIDTH
from oelala.mini.world.pack import pack
from oelala.mini.world.render import ground_truth
from oelala.mini.world.spec import ClipSpec
from oelala.mini.world.stage import build_stage

_FACE = (0, 14, 15, 16, 17)
_DRAWN = 0.3


def pose_request(options: Options, prompt: Prompt) -> PoseRequest:
    """What the pipeline is asked: drawings, the first frame of the right clip, and the words."""
    reference = render(prompt.spec, options.num_frames, [0])[0]
    return PoseRequest(draw(motion_of(prompt.spec, options.num_frames)), reference, prompt.text)


def draw(motion: Pose) -> Frames:
    """As the studio draws it for a model: (T, 256, 256, 3), uint8."""
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
