"""How well a clip follows a motion that nothing was trained on: PCK@0.05 of MediaPipe's joints."""

import numpy as np
from loguru import logger

from oelala.media.poses.document import Pose
from oelala.media.poses.measure import compare
from oelala.mini.evaluate.bench import Bench
from oelala.mini.evaluate.clips import pose_clips
from oelala.mini.evaluate.pose_clips import motion_of, pose_of
from oelala.mini.evaluate.prompts import pose_prompts
from oelala.mini.evaluate.renders import render
from oelala.mini.evaluate.results import Item, PartResult, Row
from oelala.mini.evaluate.sampler import Frames
from oelala.mini.evaluate.statistics import Estimate, share_of
from oelala.mini.topology import HEIGHT, WIDTH
from oelala.mini.world.spec import ClipSpec

_VISIBLE = 0.75
_STEP = 4  # of a render, every fourth frame is looked at


def measure(bench: Bench) -> PartResult | None:
    """Judge `clips` clips; None, and a line in the log, without a pose folder."""
    options = bench.options
    if not options.pose.is_dir():
        logger.warning("pose: no model in {}; not measured", options.pose)
        return None
    result, clips = bench.result("pose", options.pose_sampling), pose_clips(bench)
    prompts = {f"{number:05d}": prompt for number, prompt in enumerate(pose_prompts(options.clips))}
    for key in bench.turn(result, list(prompts)):
        result.add(key, _judge(bench, prompts[key].spec, clips(int(key))))
    items = result.of(list(prompts))
    result.rows = [Row("pose: PCK@0.05", "share", _share(items, 0), _share(items, 1), 0.80)]
    result.note = (
        f"{len(items)} unseen motions of unseen people, with their first frame as the reference; MediaPipe's "
        "joints in every frame (of renders, every fourth) against the driving skeleton's visible ones, a "
        "missing body being all wrong"
    )
    result.write()
    return result


def _judge(bench: Bench, spec: ClipSpec, clip: Frames) -> Item:
    """PCK of the clip and of the render."""
    points = motion_of(spec, len(clip)).people[0].body
    truth = render(spec, len(clip), range(0, len(clip), _STEP))
    pairs = (points, clip), (points[::_STEP], truth)
    scores = [compare(pose_of(asked, _VISIBLE), _seen(bench, frames)) for asked, frames in pairs]
    return {"pck": [score.pck or 0.0 for score in scores], "found": [score.found_rate for score in scores]}


def _seen(bench: Bench, frames: Frames) -> Pose:
    track = bench.finder.track(list(frames))
    points = track.to_coco18().astype(np.float64)
    points[..., :2] *= (WIDTH, HEIGHT)
    points[..., 2] = np.broadcast_to(track.found[:, None], points.shape[:2])
    return pose_of(points)


def _share(items: list[Item], which: int) -> Estimate | None:
    return share_of((number, item["pck"][which]) for number, item in enumerate(items))
