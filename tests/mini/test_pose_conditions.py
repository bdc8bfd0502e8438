"""What the pose stage trains on is what `WanVACEPipeline` prepares, tensor by tensor."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import WanVACEPipeline
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor

from oelala.mini.recipe.latent_set import STATISTICS
from oelala.mini.recipe.pose_conditions import (
    Scale,
    conditions,
    halves,
    kept_frames_mask,
    kept_frames_video,
    letter_boxed,
)
from oelala.mini.recipe.pose_latents import kept_kinds
from oelala.mini.recipe.pose_set import PoseBatch, PoseSet
from oelala.mini.recipe.whole_clip import WholeClip
from oelala.mini.topology import build_pose_transformer, build_scheduler, build_vae

STATISTICS_OF_LATENTS = {
    "latents_mean": [0.1 * (i % 5) - 0.2 for i in range(48)],
    "latents_std": [0.5 + 0.05 * (i % 7) for i in range(48)],
}


@pytest.fixture(scope="module")
def pipeline() -> WanVACEPipeline:
    torch.manual_seed(0)
    vae = build_vae(tiny=True).eval()
    vae.register_to_config(**STATISTICS_OF_LATENTS)
    transformer = build_pose_transformer(tiny=True)
    return WanVACEPipeline(
        tokenizer=None, text_encoder=None, vae=vae, scheduler=build_scheduler(), transformer=transformer
    )


def pictures(clip: Tensor) -> list[Image.Image]:
    """A clip (3, T, H, W) in -1..1 as files would have it."""
    numbers = ((clip + 1) * 127.5).round().byte().permute(1, 2, 3, 0).numpy()
    return [Image.fromarray(frame) for frame in numbers]


def whole_numbers(clip: Tensor) -> Tensor:
    """Rounded as pictures are."""
    return ((clip + 1) * 127.5).round() / 127.5 - 1


@torch.no_grad()
def theirs(
    pipeline: WanVACEPipeline, clip: Tensor, mask: Tensor | None, reference: Image.Image | None
) -> Tensor:
    """Control (1, 352, T, h, w) by the pipeline's own methods, from pictures."""
    size, frames = clip.shape[-1], clip.shape[1]
    masks = None
    if mask is not None:
        masks = [Image.fromarray((one.numpy() * 255).astype(np.uint8)).convert("RGB") for one in mask[0, 0]]
    video, made, references = pipeline.preprocess_conditions(
        pictures(clip), masks, reference, 1, size, size, frames, torch.float32, torch.device("cpu")
    )
    latents = pipeline.prepare_video_latents(video, made, references, None, torch.device("cpu"))
    return torch.cat([latents, pipeline.prepare_masks(made, references)], 1)


@torch.no_grad()
def ours(pipeline: WanVACEPipeline, clip: Tensor, mask: Tensor, reference: Tensor | None) -> Tensor:
    whole = WholeClip(pipeline.vae)
    scale = Scale.of(STATISTICS_OF_LATENTS, torch.device("cpu"))
    return conditions(lambda x: whole.encode(x)[0], scale, clip.unsqueeze(0), mask, reference)


def skeleton(frames: int, size: int) -> Tensor:
    return whole_numbers(torch.rand(3, frames, size, size) * 2 - 1)


@pytest.mark.parametrize("with_picture", [False, True])
@pytest.mark.parametrize("num_frames", [5, 33])
def test_skeletons(pipeline: WanVACEPipeline, num_frames: int, with_picture: bool) -> None:
    torch.manual_seed(1)
    clip, picture = skeleton(num_frames, 64), whole_numbers(torch.rand(3, 1, 64, 32) * 2 - 1)
    reference = letter_boxed(picture.transpose(0, 1), 64).unsqueeze(2) if with_picture else None
    expected = theirs(pipeline, clip, None, pictures(picture)[0] if with_picture else None)
    made = ours(pipeline, clip, torch.ones(1, 1, num_frames, 64, 64), reference)
    assert made.shape == (1, 352, (num_frames + 3) // 4 + with_picture, 4, 4)
    assert torch.allclose(made, expected, atol=1e-4)


@pytest.mark.parametrize("kept", [(0,), (0, 32), (32,), (16,), (0, 1, 2, 3)])
def test_given_frames(pipeline: WanVACEPipeline, kept: tuple[int, ...]) -> None:
    torch.manual_seed(2)
    clip = kept_frames_video(skeleton(33, 64).unsqueeze(0), kept)[0]
    mask = kept_frames_mask(kept, 33, 64)
    expected = theirs(pipeline, clip, mask, None)
    made = ours(pipeline, clip, mask, None)
    assert torch.allclose(made, expected, atol=1e-4)
    # The pipeline's mask looks at one frame in four.
    assert (made[:, 96:].min() < 1) == (kept in [(16,), (0, 1, 2, 3)])


def write_one_pose(folder: Path, pipeline: WanVACEPipeline, kind: int) -> tuple[Tensor, Tensor]:
    """A shard with a single clip, of 9 frames, and a skeleton; both come back."""
    whole = WholeClip(pipeline.vae)
    clip, drawn = (skeleton(9, 256).unsqueeze(0) for _ in range(2))
    frames = kept_kinds(9)[kind]
    inactive, _ = halves(kept_frames_video(clip, frames), kept_frames_mask(frames, 9, 256))
    with torch.no_grad():
        tensors = {
            "latents": whole.encode(clip)[0],
            "skeletons": whole.encode(drawn)[0],
            "references": whole.encode(clip[:, :, 4:5])[0],
            "kept": whole.encode(inactive)[0],
            "kept_kind": torch.tensor([kind], dtype=torch.int8),
            "faces": torch.full((1, 3, 16, 16), 200, dtype=torch.uint8),
            "tokens": torch.ones(1, 16, 64, dtype=torch.int16),
        }
    save_file({name: value.contiguous() for name, value in tensors.items()}, folder / "poses-1.safetensors")
    (folder / STATISTICS).write_text(json.dumps(STATISTICS_OF_LATENTS))
    return clip[0], drawn[0]


@pytest.mark.parametrize(
    ("kind", "frames", "reference"), [(1, 3, True), (4, 2, False), (5, 3, True), (6, 2, False)]
)
def test_batches(tmp_path: Path, pipeline: WanVACEPipeline, kind: int, frames: int, reference: bool) -> None:
    torch.manual_seed(3)
    clip, drawn = write_one_pose(tmp_path, pipeline, kind)
    whole = WholeClip(pipeline.vae)
    with torch.no_grad():
        poses = PoseSet(tmp_path, torch.device("cpu"), lambda x: whole.encode(x)[0])
        part = poses.draw(PoseBatch(frames, 20, reference), 0.5)
    length = (frames - 1) * 4 + 1
    picture = pictures(clip[:, 4:5])[0] if reference else None
    assert part.latents.shape == (20, 48, frames + reference, 16, 16)
    assert part.control.shape == (20, 352, frames + reference, 16, 16)
    by_skeleton = theirs(pipeline, drawn[:, :length], None, picture)
    nothing = theirs(pipeline, torch.zeros_like(drawn[:, :length]), None, picture)
    # 17 of 20 follow a skeleton, or nothing at all; a picture's grey is 1/255 off.
    with_skeleton = [torch.allclose(one, by_skeleton[0], atol=1e-4) for one in part.control[:17]]
    without = [torch.allclose(one, nothing[0], atol=2e-2) for one in part.control[:17]]
    assert sum(with_skeleton) > 10
    assert all(a != b for a, b in zip(with_skeleton, without, strict=True))
    kept = kept_kinds(9)[kind]
    given = kept_frames_video(clip[None, :, :length], kept)[0]
    expected = theirs(pipeline, given, kept_frames_mask(kept, length, 256), picture)
    assert all(torch.allclose(one, expected[0], atol=1e-4) for one in part.control[17:])
    assert part.faces.shape == (20, frames + reference, 16, 16)
    assert (part.faces[:, int(reference) :] == 200).all()
    if reference:
        assert part.faces[:, 0].max() == 0
        assert torch.equal(part.latents[:, :, 0], part.control[:, :48, 0])
