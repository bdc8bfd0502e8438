"""What the live picture shows: the scheduler's guess, nearer to the result than to the noise."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from diffusers import FlowMatchEulerDiscreteScheduler, UniPCMultistepScheduler
from PIL import Image

from oelala.engines.previews import Previews, predicted_original
from oelala.engines.sampling import Sampling, sample_wan
from oelala.engines.watch import Phases
from oelala.models.catalog import find, locate
from oelala.models.latent_preview import LatentPreview
from oelala.models.manager import ModelManager, ModelSpec
from oelala.progress import Progress, RunContext
from oelala.settings import Settings
from oelala.tasks.text_to_video import TextToVideo

FLOW: dict[str, Any] = {"prediction_type": "flow_prediction", "use_flow_sigmas": True}


@pytest.mark.parametrize("flow_shift", [1.0, 3.0, 12.0])
def test_the_guess_is_the_schedulers_own(flow_shift: float) -> None:
    """A model that knows the answer (v = noise − x₀) must be shown to know it, at every step."""
    random = torch.Generator().manual_seed(0)
    original = torch.randn(1, 16, 2, 4, 4, generator=random)
    noise = torch.randn(original.shape, generator=random)
    scheduler = UniPCMultistepScheduler(**FLOW, flow_shift=flow_shift)
    scheduler.set_timesteps(6)
    assert predicted_original(scheduler) is None
    sample_now = noise
    for index, timestep in enumerate(scheduler.timesteps):
        sigma = scheduler.sigmas[index]
        velocity = (sample_now - original) / sigma
        sample_now = scheduler.step(velocity, timestep, sample_now, return_dict=False)[0]
        guess = predicted_original(scheduler)
        assert guess is not None
        torch.testing.assert_close(guess, original, atol=1e-4, rtol=1e-4)


def test_a_scheduler_without_a_guess() -> None:
    assert predicted_original(FlowMatchEulerDiscreteScheduler()) is None
    assert predicted_original(UniPCMultistepScheduler(predict_x0=False)) is None


def scheduler_with(latents: torch.Tensor) -> UniPCMultistepScheduler:
    scheduler = UniPCMultistepScheduler(**FLOW)
    scheduler.model_outputs[-1] = latents
    return scheduler


def test_previews_keep_within_their_share() -> None:
    previews = Previews(LatentPreview(torch.randn(12, 16, 3, 3), torch.zeros(12)), fps=4)
    latents = torch.randn(1, 16, 3, 8, 12)
    pictures = [previews.after_step(latents, step, 100) for step in range(1, 101)]
    shown = [step for step, picture in enumerate(pictures, 1) if picture]
    assert shown == [1, 50]  # the first, and half-way: hundred steps in no time earn no more
    first = pictures[0]
    assert first is not None
    image = Image.open(BytesIO(first))
    assert (image.size, getattr(image, "n_frames", 1)) == ((24, 16), 3)


def trained() -> bool:
    """Fresh random weights have the plain latent scale that training replaces."""
    folder = locate(find("oelala-mini"), Path("nowhere"))
    return folder is not None and set(
        json.loads((folder / "vae/config.json").read_text())["latents_std"]
    ) != {1.0}


@pytest.mark.skipif(not trained(), reason="the embedded model's weights are not in this checkout")
def test_half_way_the_preview_is_nearer_to_the_result_than_to_noise(tmp_path: Path) -> None:
    manager = ModelManager(Settings(workspace=tmp_path), torch.device("cpu"))
    row = find("oelala-mini")
    values = {**row.defaults["text-to-video"], "num_frames": 5, "num_inference_steps": 6, "seed": 5}
    task = TextToVideo(prompt="a man in a red shirt waves", **values)
    reports: list[Progress] = []
    with manager.use(ModelSpec("oelala-mini")) as loan:
        phases = Phases(RunContext("job", 0.0, report=reports.append))
        result = np.concatenate(list(sample_wan(Sampling(task), loan, phases)))
        noise = loan.preview(
            torch.randn(
                1, loan.pipeline.vae.config.z_dim, 2, 16, 16, generator=torch.Generator().manual_seed(5)
            )
        )
    webp = next(report.preview for report in reports if report.preview and report.step == 3)
    picture = Image.open(BytesIO(webp))
    shown = []
    for number in range(picture.n_frames):  # type: ignore[attr-defined]
        picture.seek(number)
        shown.append(np.asarray(picture.convert("RGB"), np.float64))
    small = F.interpolate(
        torch.from_numpy(result[::4].copy()).permute(0, 3, 1, 2).double(),
        size=shown[0].shape[:2],
        mode="area",
    )
    wanted = small.permute(0, 2, 3, 1).numpy()
    near, far = (np.abs(np.stack(shown) - other).mean() for other in (wanted, noise.astype(np.float64)))
    assert near < 0.6 * far, (near, far)
