"""How well a clip follows a motion that nothing was trained on: PCK@0.05 of MediaPipe's joints."""

import numpy as np
from loguru import logger

from oelala.media.poses.document import Person, Points, Pose
from oelala.media.poses.drawing import draw_frames
from oelala.media.poses.measure import compare
from oelala.mini.evaluate.bench import Bench, render, strip_of
from oelala.mini.evaluate.latents import LatentStore, key_of
from oelala.mini.evaluate.options import hash_of
from oelala.mini.evaluate.prompts import Prompt, noise_seed, pose_prompts
from oelala.mini.evaluate.results import Item, PartResult, Row
from oelala.mini.evaluate.sampler import Frames
from oelala.mini.evaluate.statistics import Estimate, share_of
from oelala.mini.topology import FPS, HEIGHT, WIDTH
from oelala.mini.world.pack import pack
from oelala.mini.world.render import ground_truth
from oelala.mini.world.spec import ClipSpec
from oelala.mini.world.stage import build_stage

ON_SHEET = 12
_FACE = (0, 14, 15, 16, 17)
_DRAWN, _VISIBLE = 0.3, 0.75


def measure(bench: Bench) -> PartResult | None:
    """Judge `clips` clips; None, and a line in the log, without a pose folder."""
    options = bench.options
    if not options.pose.is_dir():
        logger.warning("pose: no model in {}; not measured", options.pose)
        return None
    about = options.sampling | {"pose": hash_of(options.pose)}
    result, sheet = bench.result("pose", about), bench.sheet("pose", 2)
    store = LatentStore(options.out / "latents", about)
    prompts = {f"{number:05d}": prompt for number, prompt in enumerate(pose_prompts(options.clips))}
    for key in result.missing(list(prompts)):
        motion = motion_of(prompts[key].spec, options.num_frames)
        truth = render(prompts[key].spec, options.num_frames)
        drawn = list(draw_frames(motion))
        clip = _clip(bench, store, (int(key), prompts[key]), drawn, truth[0])
        result.add(key, _judge(bench, motion, clip, truth))
        logger.info("pose {} {}", key, result.items[key])
        if int(key) < ON_SHEET:
            half = len(drawn) // 2
            sheet.add(int(key), [drawn[half], *strip_of(clip), truth[half]])
            sheet.write(ON_SHEET)
    items = result.of(list(prompts))
    result.rows = [Row("pose: PCK@0.05", "share", _share(items, 0), _share(items, 1), 0.80)]
    result.note = (
        f"{len(items)} unseen motions of unseen people, with their first frame as the reference; MediaPipe's "
        "joints in every frame against the driving skeleton's visible ones, a missing body being all wrong"
    )
    result.write()
    return result


def motion_of(spec: ClipSpec, num_frames: int) -> Pose:
    """The joints of a clip, in pixels: hidden ones with half the confidence, a hidden face missing."""
    people = pack([spec], num_frames, "cpu")
    truth = ground_truth(people, build_stage(people), num_frames)
    places, visible = truth.joints[0].double().numpy(), truth.visible[0].numpy()
    points = np.concatenate([places * (WIDTH, HEIGHT), np.where(visible, 1.0, 0.5)[..., None]], -1)
    hidden = ~visible
    hidden[:, [joint for joint in range(points.shape[1]) if joint not in _FACE]] = False
    points[hidden] = 0
    return _pose(points, _DRAWN)


def _pose(points: Points, least: float) -> Pose:
    return Pose(WIDTH, HEIGHT, FPS, len(points), (Person.of(points),), least)


def _clip(
    bench: Bench, store: LatentStore, asked: tuple[int, Prompt], drawn: list[Frames], reference: Frames
) -> Frames:
    number, prompt = asked
    key = key_of("pose", number)
    if key not in store:
        seed = noise_seed(number, 0)
        store.put(key, bench.sampler.from_pose(drawn, reference, prompt.text, seed)[0])
    return bench.sampler.decode(store.get(key))


def _judge(bench: Bench, motion: Pose, clip: Frames, truth: Frames) -> Item:
    """PCK of the clip and of the render."""
    asked = _pose(motion.people[0].body, _VISIBLE)
    scores = [compare(asked, _seen(bench, frames)) for frames in (clip, truth)]
    return {"pck": [score.pck for score in scores], "found": [score.found_rate for score in scores]}


def _seen(bench: Bench, frames: Frames) -> Pose:
    track = bench.finder.track(list(frames))
    points = track.to_coco18().astype(np.float64)
    points[..., :2] *= (WIDTH, HEIGHT)
    points[..., 2] = np.broadcast_to(track.found[:, None], points.shape[:2])
    return _pose(points, _DRAWN)


def _share(items: list[Item], which: int) -> Estimate | None:
    return share_of((number, item["pck"][which]) for number, item in enumerate(items))
