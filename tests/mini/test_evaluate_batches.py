"""Clips made together are those that unmodified diffusers makes one by one, and so are their frames."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from diffusers import WanImageToVideoPipeline, WanVACEPipeline, WanVACETransformer3DModel
from PIL import Image
from torch import Tensor

from oelala.mini.evaluate.options import Options
from oelala.mini.evaluate.pose_clips import pose_request
from oelala.mini.evaluate.prompts import noise_seed, pose_prompts
from oelala.mini.evaluate.renders import render
from oelala.mini.evaluate.sampler import Frames, PictureRequest, PoseRequest, Sampler
from oelala.mini.topology import build_random, build_random_pose

FRAMES = 5


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> Options:
    folder = tmp_path_factory.mktemp("models")
    build_random(folder / "tiny", tiny=True)
    build_random_pose(folder / "pose", tiny=True)
    return Options(folder / "tiny", folder, folder / "pose", clips=2, num_frames=FRAMES, steps=2)


@pytest.fixture(scope="module")
def motions(options: Options) -> list[PoseRequest]:
    return [pose_request(options, prompt) for prompt in pose_prompts(options.clips)]


def plain(pipeline_class: Any, options: Options, **parts: Any) -> Any:
    pipeline = pipeline_class.from_pretrained(options.model, dtype=torch.float32, **parts)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def sample(pipeline: Any, number: int, **inputs: Any) -> Tensor:
    latents: Tensor = pipeline(
        height=256, width=256, num_frames=FRAMES, num_inference_steps=2, guidance_scale=3.0,
        max_sequence_length=64, output_type="latent", return_dict=False,
        generator=torch.Generator().manual_seed(noise_seed(number, 0)), **inputs,
    )[0][0]  # fmt: skip
    return latents


def test_pictures(options: Options, motions: list[PoseRequest]) -> None:
    asked = [PictureRequest(one.reference, one.prompt) for one in motions]
    together = Sampler(options).from_pictures(asked, [noise_seed(number, 0) for number in range(2)])
    pipeline = plain(WanImageToVideoPipeline, options)
    for number, one in enumerate(asked):
        alone = sample(pipeline, number, image=Image.fromarray(one.picture), prompt=one.prompt)
        assert torch.allclose(together[number], alone, atol=1e-4)
    assert (together[0] - together[1]).abs().max() > 0.1


def test_motions(options: Options, motions: list[PoseRequest]) -> None:
    together = Sampler(options).from_poses(motions, [noise_seed(number, 0) for number in range(2)])
    assert together.shape == (2, 48, 2, 16, 16)
    transformer = WanVACETransformer3DModel.from_pretrained(options.pose, dtype=torch.float32)
    pipeline = plain(WanVACEPipeline, options, transformer=transformer)
    for number, one in enumerate(motions):
        alone = sample(
            pipeline, number, prompt=one.prompt,
            video=[Image.fromarray(frame) for frame in one.drawn],
            mask=[Image.new("L", (256, 256), 255)] * FRAMES,
            reference_images=[Image.fromarray(one.reference)],
        )  # fmt: skip
        assert torch.allclose(together[number], alone[:, 1:], atol=1e-4)
    assert (together[0] - together[1]).abs().max() > 0.1


def test_frames_are_those_of_diffusers(options: Options, motions: list[PoseRequest]) -> None:
    sampler = Sampler(options)
    frames: Frames = motions[0].drawn
    pixels = torch.from_numpy(frames).permute(3, 0, 1, 2)[None].float() / 127.5 - 1
    with torch.no_grad():
        vae = sampler.text_pipeline.vae
        video = vae.decode(vae.encode(pixels).latent_dist.mode()).sample[0]
    made = ((video.permute(1, 2, 3, 0) / 2 + 0.5).clamp(0, 1) * 255).numpy()
    assert np.abs(sampler.reconstruct(frames) - made).max() < 0.51  # half a step of rounding


def test_some_frames_of_a_render_are_those_of_the_whole() -> None:
    spec = pose_prompts(1)[0].spec
    assert np.array_equal(render(spec, 9, [8, 4]), render(spec, 9)[[8, 4]])
