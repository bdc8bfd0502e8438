"""What the VAE keeps: PSNR of held-out clips, the joints that MediaPipe finds, and who somebody is."""

import numpy as np

from oelala.mini.evaluate.bench import Bench, every_fourth
from oelala.mini.evaluate.parts.image import (
    Descriptors,
    close_pictures,
    of_both,
    reference_faces,
    same_character,
)
from oelala.mini.evaluate.prompts import NUM_REFERENCES, vae_clips
from oelala.mini.evaluate.renders import render
from oelala.mini.evaluate.results import Item, PartResult, Row
from oelala.mini.evaluate.sampler import Frames, psnr
from oelala.mini.evaluate.statistics import mean_of, share_of
from oelala.mini.world.spec import ClipSpec

NEAR = 0.05  # of the frame's height; frames are square
_VISIBLE = 0.5


def measure(bench: Bench) -> PartResult:
    """Judge `clips` held-out clips of all shots, places and lights."""
    options = bench.options
    result = bench.result("vae", {"model": options.model_hash, "num_frames": options.num_frames})
    specs = {f"{number:05d}": spec for number, spec in enumerate(vae_clips(options.clips))}
    for key in bench.turn(result, list(specs)):
        result.add(key, _judge(bench, specs[key]))
    people = {f"who {key}": prompt.spec for key, prompt in close_pictures(options.clips).items()}
    references: Descriptors | None = None
    for key in bench.turn(result, list(people)):
        references = reference_faces(bench) if references is None else references
        who = int(key.split()[1]) % NUM_REFERENCES
        result.add(key, {"same": _same(bench, people[key], references, who)})
    items, copies = result.of(list(specs)), result.of(list(people))
    near, aside = (
        share_of((g, item[name] / item["joints"]) for g, item in enumerate(items) if item["joints"])
        for name in ("near", "aside")
    )
    result.rows = [
        Row("VAE, PSNR", "dB", mean_of((g, item["psnr"]) for g, item in enumerate(items)), reach=32.0),
        Row("VAE, same joints", "share", near, aside, 0.97),
        Row("VAE, same character", "share", *of_both(copies, "same")),
    ]
    result.note = (
        f"{len(items)} held-out clips of {options.num_frames} frames, all shots, places and lights; joints "
        "that MediaPipe sees on the render (visibility 0.5 or more), in every "
        "fourth frame, by clip; renders are the same render one pixel aside; the character as in the part "
        f"image, of {len(copies)} close-ups and half bodies"
    )
    result.write()
    return result


def _judge(bench: Bench, spec: ClipSpec) -> Item:
    frames = render(spec, bench.options.num_frames)
    made = bench.sampler.reconstruct(frames)
    some = every_fourth(frames)
    near, count = same_joints(bench, some, every_fourth(made))
    still, _ = same_joints(bench, some, np.roll(some, 1, axis=2))
    item = {"psnr": psnr(made, frames), "last": psnr(made[-4:], frames[-4:])}
    return item | {"near": near, "aside": still, "joints": count}


def _same(bench: Bench, spec: ClipSpec, references: Descriptors, who: int) -> list[float]:
    """The share of frames, copied and rendered, that show reference `who`."""
    frames = render(spec, bench.options.num_frames)
    made = bench.sampler.reconstruct(frames)
    return [same_character(bench, every_fourth(each), references, who) for each in (made, frames)]


def same_joints(bench: Bench, truth: Frames, made: Frames) -> tuple[int, int]:
    """How many of the joints seen on `truth` are near there on `made`, and how many are seen."""
    wanted, found = (bench.finder.track(list(frames)) for frames in (truth, made))
    places = wanted.landmarks[..., :2]
    seen = (wanted.visibility >= _VISIBLE) & ((places >= 0) & (places <= 1)).all(-1) & wanted.found[:, None]
    near = np.hypot(*np.moveaxis(places - found.landmarks[..., :2], -1, 0)) <= NEAR
    return int((seen & near & found.found[:, None]).sum()), int(seen.sum())
