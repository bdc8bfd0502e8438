"""What an image-to-video clip keeps of its picture: the first frame, the colours, and who it is."""

import numpy as np
from numpy.typing import NDArray

from oelala.media.face import descriptor_distance
from oelala.mini.evaluate.bench import Bench
from oelala.mini.evaluate.clips import image_clips
from oelala.mini.evaluate.judge import Verdict
from oelala.mini.evaluate.prompts import NUM_REFERENCES, Prompt, picture_prompts, reference_clips
from oelala.mini.evaluate.renders import render
from oelala.mini.evaluate.results import Item, PartResult, Row
from oelala.mini.evaluate.sampler import Frames, psnr
from oelala.mini.evaluate.statistics import Estimate, mean_of, share_of

Descriptors = NDArray[np.float32]
_WHOLE = "full body"
_END = 3  # frames at the end that are looked at


def measure(bench: Bench) -> PartResult:
    """Judge `clips` clips, half of them whole bodies (colours), half of them close (who it is)."""
    options = bench.options
    result = bench.result("image", options.sampling)
    clips = image_clips(bench)
    prompts = {f"{number:05d}": prompt for number, prompt in enumerate(picture_prompts(options.clips))}
    references: Descriptors | None = None
    for key in bench.turn(result, list(prompts)):
        references = reference_faces(bench) if references is None else references
        who = int(key) % NUM_REFERENCES
        result.add(key, _judge(bench, prompts[key], clips(int(key)), references, who))
    items = result.of(list(prompts))
    result.rows = [
        Row("image: first frame, PSNR", "dB", *of_both(items, "first"), reach=30.0),
        Row("image: colours kept to the end", "share", *of_both(items, "colours")),
        Row("image: same character at the end", "share", *of_both(items, "same"), reach=0.90),
    ]
    result.note = (
        f"{len(items)} pictures of {NUM_REFERENCES} held-out characters; the first frame's ceiling is the "
        "VAE's own copy of the picture; colours of wall, top and bottom in whole bodies; the character is "
        "the nearest of the references (three close-ups each, in other clothes) by the face descriptor, in "
        f"close-ups and from the waist up, in {_END} frames at the end; a frame without a face is wrong"
    )
    result.write()
    return result


def close_pictures(count: int) -> dict[str, Prompt]:
    """By their numbers those of `count` pictures that are no whole bodies: who somebody is shows there."""
    prompts = {f"{number:05d}": prompt for number, prompt in enumerate(picture_prompts(count))}
    return {key: prompt for key, prompt in prompts.items() if prompt.spec.scene.shot != _WHOLE}


def reference_faces(bench: Bench) -> Descriptors:
    """(20, 128): the mean descriptor of each reference character."""
    rows = []
    for number in range(NUM_REFERENCES):
        frames = np.concatenate([render(spec, 1) for spec in reference_clips(number)])
        rows.append(np.nanmean(bench.faces.read(frames).descriptors, 0))
    return np.stack(rows)


def _judge(bench: Bench, prompt: Prompt, clip: Frames, references: Descriptors, who: int) -> Item:
    """Of the clip and of the render that it might have been."""
    end = range(len(clip))[::-4][:_END]
    truth = render(prompt.spec, len(clip), [0, *end])
    picture, ends = truth[:1], (clip[list(end)], truth[1:])
    item: Item = {
        "shot": prompt.spec.scene.shot,
        "first": [psnr(made, picture) for made in (clip[:1], bench.sampler.reconstruct(picture))],
    }
    if prompt.spec.scene.shot == _WHOLE:
        given = bench.judge.look(picture)
        item["colours"] = [kept_colours(given, bench.judge.look(frames)) for frames in ends]
        return item
    item["same"] = [same_character(bench, frames, references, who) for frames in ends]
    return item


def kept_colours(given: Verdict, last: Verdict) -> float:
    """The share of the picture's named colours that are still the same."""
    parts = [part for part in ("wall", "top", "bottom") if getattr(given, part) is not None]
    return float(np.mean([getattr(given, part) == getattr(last, part) for part in parts]))


def same_character(bench: Bench, frames: Frames, references: Descriptors, who: int) -> float:
    """The share of the frames whose face is nearest to reference `who`."""
    found = bench.faces.read(frames).descriptors
    distance = descriptor_distance(found[:, None], references[None])
    nearest = np.nan_to_num(distance, nan=np.inf).argmin(1)
    return float(np.mean((nearest == who) & ~np.isnan(found[:, 0])))


def of_both(items: list[Item], name: str) -> tuple[Estimate | None, Estimate | None]:
    """Of what items have of both: Mini's, and the renders'."""
    of = mean_of if name == "first" else share_of
    made, ceiling = (
        of((number, item[name][which]) for number, item in enumerate(items) if name in item)
        for which in (0, 1)
    )
    return made, ceiling
