"""Mini's exact configuration runs in the three unmodified diffusers pipelines it has to serve."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import WanImageToVideoPipeline, WanPipeline, WanVACEPipeline, WanVACETransformer3DModel
from PIL import Image

from oelala.mini.tokenizer import MAX_SEQUENCE_LENGTH, train_tokenizer
from oelala.mini.topology import build_random, build_random_pose


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mini")
    build_random(path / "base")
    build_random_pose(path / "pose")
    return path


def call(num_frames: int, side: int = 64) -> dict[str, Any]:
    """Small pictures: what a clip's length asks of the layers is the same on them."""
    return {
        "prompt": "Iemand zwaait 👋",
        "height": side,
        "width": side,
        "num_frames": num_frames,
        "num_inference_steps": 1,
        "guidance_scale": 1.0,
        "max_sequence_length": MAX_SEQUENCE_LENGTH,
        "generator": torch.Generator().manual_seed(1),
    }


def picture(value: int) -> Image.Image:
    return Image.fromarray(np.full((64, 64, 3), value, np.uint8))


@pytest.fixture(scope="module")
def pipeline(folder: Path) -> WanPipeline:
    return WanPipeline.from_pretrained(folder / "base", dtype=torch.float32)


@pytest.mark.parametrize(("num_frames", "side"), [(33, 64), (17, 64), (1, 64), (1, 256)])
def test_text_to_video(pipeline: WanPipeline, num_frames: int, side: int) -> None:
    assert pipeline.config.expand_timesteps is True
    frames = pipeline(**call(num_frames, side)).frames
    assert frames.shape == (1, num_frames, side, side, 3)
    assert np.isfinite(frames).all()


def test_image_to_video(folder: Path) -> None:
    pipeline = WanImageToVideoPipeline.from_pretrained(folder / "base", dtype=torch.float32)
    assert pipeline.config.expand_timesteps is True
    frames = pipeline(image=picture(200), **call(5)).frames
    assert frames.shape == (1, 5, 64, 64, 3)


def test_pose_control_with_a_reference_picture(folder: Path) -> None:
    transformer = WanVACETransformer3DModel.from_pretrained(folder / "pose", dtype=torch.float32)
    pipeline = WanVACEPipeline.from_pretrained(folder / "base", transformer=transformer, dtype=torch.float32)
    video = [picture(0)] * 5
    frames = pipeline(video=video, mask=[picture(255)] * 5, reference_images=[picture(128)], **call(5)).frames
    assert frames.shape == (1, 5, 64, 64, 3)


def test_shards_and_size(folder: Path) -> None:
    weights = list((folder / "base").rglob("*.safetensors"))
    assert max(file.stat().st_size for file in weights) <= 15_000_000
    assert sum(file.stat().st_size for file in weights) <= 56_000_000
    assert sum(file.stat().st_size for file in (folder / "pose").glob("*.safetensors")) <= 32_000_000


def test_tiny_has_the_same_layout(folder: Path, tmp_path: Path) -> None:
    build_random(tmp_path, tiny=True)
    names = sorted(str(file.relative_to(tmp_path).parent) for file in tmp_path.rglob("*.json"))
    full = sorted(str(file.relative_to(folder / "base").parent) for file in (folder / "base").rglob("*.json"))
    assert set(names) == set(full)
    assert WanPipeline.from_pretrained(tmp_path, dtype=torch.float32)(**call(17)).frames.shape[1] == 17


def test_the_tokenizer_knows_every_character() -> None:
    tokenizer = train_tokenizer(["a red shirt"], vocab_size=300)
    ids = tokenizer("Ça va? 日本 🐶").input_ids
    assert tokenizer.decode(ids, skip_special_tokens=True).strip() == "ça va? 日本 🐶"
    assert tokenizer("").input_ids == [tokenizer.eos_token_id]
