"""What an image-to-video clip keeps of its picture: the first frame, the colours, and who it is."""

import numpy as np
from loguru import logger
from numpy.typing import NDArray

from oelala.media.face import descriptor_distance
from oelala.mini.evaluate.bench import Bench, render, strip_of
from oelala.mini.evaluate.judge import Verdict
from oelala.mini.evaluate.latents import key_of
from oelala.mini.evaluate.prompts import NUM_REFERENCES, Prompt, noise_seed, picture_prompts, reference_clips
from oelala.mini.evaluate.results import Item, PartResult, Row
from oelala.mini.evaluate.sampler import Frames, psnr
from oelala.mini.evaluate.statistics import Estimate, mean_of, share_of

ON_SHEET = 12
_END = 3  # frames at the end that are looked at


def measure(bench: Bench) -> PartResult:
    """Judge `clips` clips, half of them whole bodies (colours), half of them close (who it is)."""
    options = bench.options
    result = bench.result("image", options.sampling)
    sheet = bench.sheet("image", 2)
    prompts = {f"{number:05d}": prompt for number, prompt in enumerate(picture_prompts(options.clips))}
    references: NDArray[np.float32] | None = None
    for key in result.missing(list(prompts)):
        references = reference_faces(bench) if references is None else references
        truth = render(prompts[key].spec, options.num_frames)
        clip = picture_clip(bench, prompts[key], int(key), truth[0])
        result.add(key, _judge(bench, prompts[key], (clip, truth), references, int(key) % NUM_REFERENCES))
        logger.info("image {} {}", key, result.items[key])
        if int(key) < ON_SHEET:
            sheet.add(int(key), [truth[0], *strip_of(clip)])
            sheet.write(ON_SHEET)
    items = result.of(list(prompts))
    result.rows = [
        Row("image: first frame, PSNR", "dB", *_both(items, "first"), reach=30.0),
        Row("image: colours kept to the end", "share", *_both(items, "colours")),
        Row("image: same character at the end", "share", *_both(items, "same"), reach=0.90),
    ]
    result.note = (
        f"{len(items)} pictures of {NUM_REFERENCES} held-out characters; the first frame's ceiling is the "
        "VAE's own copy of the picture; colours of wall, top and bottom in whole bodies; the character is "
        "the nearest of the references (three close-ups each, in other clothes) by the face descriptor, in "
        f"close-ups and from the waist up, in {_END} frames at the end; a frame without a face is wrong"
    )
    result.write()
    return result


def picture_clip(bench: Bench, prompt: Prompt, number: int, picture: Frames) -> Frames:
    """The clip that begins with the picture, from latents that are there or made now."""
    key = key_of("image", number)
    if key not in bench.latents:
        seed = noise_seed(number, 0)
        bench.latents.put(key, bench.sampler.from_picture(picture, prompt.text, seed)[0])
    return bench.sampler.decode(bench.latents.get(key))


def reference_faces(bench: Bench) -> NDArray[np.float32]:
    """(20, 128): the mean descriptor of each reference character."""
    rows = []
    for number in range(NUM_REFERENCES):
        frames = np.concatenate([render(spec, 1) for spec in reference_clips(number)])
        rows.append(np.nanmean(bench.faces.read(frames).descriptors, 0))
    return np.stack(rows)


def _judge(
    bench: Bench,
    prompt: Prompt,
    pair: tuple[Frames, Frames],
    references: NDArray[np.float32],
    who: int,
) -> Item:
    """Of the clip and of the render that it might have been."""
    clip, truth = pair
    item: Item = {
        "shot": prompt.spec.scene.shot,
        "first": [psnr(clip[:1], truth[:1]), psnr(bench.sampler.reconstruct(truth[:1]), truth[:1])],
    }
    if prompt.spec.scene.shot == "full body":
        given = bench.judge.look(truth[:1])
        item["colours"] = [kept_colours(given, bench.judge.look(_end(frames))) for frames in pair]
        return item
    item["same"] = [same_character(bench, _end(frames), references, who) for frames in pair]
    return item


def _end(frames: Frames) -> Frames:
    return frames[::-4][:_END]


def kept_colours(given: Verdict, last: Verdict) -> float:
    """The share of the picture's named colours that are still the same."""
    parts = [part for part in ("wall", "top", "bottom") if getattr(given, part) is not None]
    return float(np.mean([getattr(given, part) == getattr(last, part) for part in parts]))


def same_character(bench: Bench, frames: Frames, references: NDArray[np.float32], who: int) -> float:
    """The share of the frames whose face is nearest to reference `who`."""
    found = bench.faces.read(frames).descriptors
    distance = descriptor_distance(found[:, None], references[None])
    nearest = np.nan_to_num(distance, nan=np.inf).argmin(1)
    return float(np.mean((nearest == who) & ~np.isnan(found[:, 0])))


def _both(items: list[Item], name: str) -> tuple[Estimate | None, Estimate | None]:
    of = mean_of if name == "first" else share_of
    made, ceiling = (
        of((number, item[name][which]) for number, item in enumerate(items) if name in item)
        for which in (0, 1)
    )
    return made, ceiling
