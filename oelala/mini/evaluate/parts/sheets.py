"""Contact sheets, to look at: 24 clips from text, 12 from pictures, 12 that follow a motion."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from oelala.mini.evaluate.bench import Bench
from oelala.mini.evaluate.clips import Clip, image_clips, pose_clips, text_clips
from oelala.mini.evaluate.pose_clips import draw, motion_of
from oelala.mini.evaluate.prompts import Prompt, held_out_prompts, picture_prompts, pose_prompts
from oelala.mini.evaluate.renders import render
from oelala.mini.evaluate.results import PartResult
from oelala.mini.evaluate.sampler import Frames
from oelala.mini.evaluate.sheets import Sheet

_TEXT, _OTHERS = 24, 12
Pictures = list[np.ndarray]


@dataclass(frozen=True, slots=True)
class _Plan:
    """One sheet: `strip` makes a clip's pictures of its number, its prompt and its frames."""

    sheet: Sheet
    prompts: list[Prompt]
    clip: Clip
    strip: Callable[[int, Prompt, Frames], Pictures]


def measure(bench: Bench) -> PartResult:
    """Make the sheets `text.png`, `image.png` and `pose.png`; what another model made is made anew."""
    options = bench.options
    has_pose = options.pose.is_dir()
    result = bench.result("sheets", options.pose_sampling if has_pose else options.sampling)
    plans = {"text": _text(bench), "image": _image(bench)} | ({"pose": _pose(bench)} if has_pose else {})
    wanted = {
        f"{name}-{number:05d}": (plan, number)
        for name, plan in plans.items()
        for number in range(len(plan.prompts))
    }
    for key in bench.turn(result, list(wanted)):
        plan, number = wanted[key]
        prompt = plan.prompts[number]
        plan.sheet.add(number, plan.strip(number, prompt, plan.clip(number)))
        result.add(key, {"prompt": prompt.text})
    for plan in plans.values():
        plan.sheet.write(len(plan.prompts))
    return result


def _text(bench: Bench) -> _Plan:
    """First, middle and last frame, and a render of the same prompt."""

    def strip(number: int, prompt: Prompt, clip: Frames) -> Pictures:
        del number
        return [*_three(clip), render(prompt.spec, 1)[0]]

    prompts = held_out_prompts(min(bench.options.prompts, _TEXT))
    return _Plan(Sheet(bench.options.out, "text", 4), prompts, text_clips(bench), strip)


def _image(bench: Bench) -> _Plan:
    """The picture, and first, middle and last frame."""

    def strip(number: int, prompt: Prompt, clip: Frames) -> Pictures:
        del number
        return [render(prompt.spec, len(clip), [0])[0], *_three(clip)]

    prompts = picture_prompts(min(bench.options.clips, _OTHERS))
    return _Plan(Sheet(bench.options.out, "image", 2), prompts, image_clips(bench), strip)


def _pose(bench: Bench) -> _Plan:
    """First, middle and last frame, each after its skeleton."""

    def strip(number: int, prompt: Prompt, clip: Frames) -> Pictures:
        del number
        drawn = draw(motion_of(prompt.spec, len(clip)))
        return [picture for pair in zip(_three(drawn), _three(clip), strict=True) for picture in pair]

    prompts = pose_prompts(min(bench.options.clips, _OTHERS))
    return _Plan(Sheet(bench.options.out, "pose", 2), prompts, pose_clips(bench), strip)


def _three(frames: Frames) -> Pictures:
    return [frames[0], frames[len(frames) // 2], frames[-1]]
