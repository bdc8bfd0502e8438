"""LoRAs that bring a model to a few steps, and the values that go with them: data, from their model cards.

lightx2v's were distilled at the noise levels 1000, 750, 500, 250 warped by a shift of 5. UniPC with
`flow_shift` 5 and 4 steps meets these exactly (999, 937, 833, 625); FlowMatchEuler with the same shift does
not (1000, 910, 717, 24), and the clip shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

UNIPC, LCM = "UniPCMultistepScheduler", "LCMScheduler"


@dataclass(frozen=True, slots=True)
class SpeedLora:
    """`rows`: ids of the catalog's models that it is made for. `files`: by the component that takes it, the
    beginning of its name in the repository (endings there carry dates). `repo`, `bytes` (of all files): None
    where not known.
    """

    id: str
    title: str
    repo: str | None
    files: Mapping[str, str]
    rows: tuple[str, ...]
    scheduler: str
    num_inference_steps: int
    guidance_scale: float
    flow_shift: float | None = None
    strength: float = 1.0
    bytes: int | None = None

    @property
    def values(self) -> Mapping[str, Any]:
        """For a task; guidance of 1 runs a single pass a step, with one expert as with two."""
        own: dict[str, Any] = {
            "num_inference_steps": self.num_inference_steps,
            "guidance_scale": self.guidance_scale,
        }
        if self.flow_shift is not None:
            own["flow_shift"] = self.flow_shift
        if "transformer_2" in self.files:
            own["guidance_scale_2"] = self.guidance_scale
        return own


_WAN21, _WAN22 = "lightx2v/Wan2.1-Distill-Loras", "lightx2v/Wan2.2-Distill-Loras"

SPEED_LORAS: tuple[SpeedLora, ...] = (
    SpeedLora(
        id="lightx2v-wan2.1-t2v-14b",
        title="lightx2v 4 steps (Wan 2.1 T2V 14B)",
        repo=_WAN21,
        files={"transformer": "wan2.1_t2v_14b_lora_rank64_lightx2v_4step"},
        rows=("wan2.1-t2v-14b", "wan2.1-t2v-14b-gguf"),
        scheduler=UNIPC,
        num_inference_steps=4,
        guidance_scale=1.0,
        flow_shift=5.0,
        bytes=631_000_000,
    ),
    SpeedLora(
        id="lightx2v-wan2.1-i2v-14b",
        title="lightx2v 4 steps (Wan 2.1 I2V 14B, Animate)",
        repo=_WAN21,
        files={"transformer": "wan2.1_i2v_lora_rank64_lightx2v_4step"},
        # Animate takes this one too; its makers advise against those of Wan 2.2
        rows=(
            *("wan2.1-i2v-14b-480p", "wan2.1-i2v-14b-480p-gguf", "wan2.1-i2v-14b-720p"),
            *("wan2.1-i2v-14b-720p-gguf", "wan2.2-animate-14b", "wan2.2-animate-14b-gguf"),
        ),
        scheduler=UNIPC,
        num_inference_steps=4,
        guidance_scale=1.0,
        flow_shift=5.0,
        bytes=739_000_000,
    ),
    SpeedLora(
        id="lightx2v-wan2.2-t2v-a14b",
        title="lightx2v 4 steps (Wan 2.2 T2V A14B)",
        repo=_WAN22,
        files={
            "transformer": "wan2.2_t2v_A14b_high_noise_lora_rank64_lightx2v_4step",
            "transformer_2": "wan2.2_t2v_A14b_low_noise_lora_rank64_lightx2v_4step",
        },
        rows=("wan2.2-t2v-a14b", "wan2.2-t2v-a14b-bf16", "wan2.2-t2v-a14b-gguf"),
        scheduler=UNIPC,
        num_inference_steps=4,
        guidance_scale=1.0,
        flow_shift=5.0,
    ),
    SpeedLora(
        id="lightx2v-wan2.2-i2v-a14b",
        title="lightx2v 4 steps (Wan 2.2 I2V A14B)",
        repo=_WAN22,
        files={
            "transformer": "wan2.2_i2v_A14b_high_noise_lora_rank64_lightx2v_4step",
            "transformer_2": "wan2.2_i2v_A14b_low_noise_lora_rank64_lightx2v_4step",
        },
        rows=("wan2.2-i2v-a14b", "wan2.2-i2v-a14b-bf16", "wan2.2-i2v-a14b-gguf"),
        scheduler=UNIPC,
        num_inference_steps=4,
        guidance_scale=1.0,
        flow_shift=5.0,
    ),
    SpeedLora(
        id="fastwan-ti2v-5b",
        title="FastWan 3 steps (Wan 2.2 TI2V 5B)",
        repo=None,
        files={"transformer": "Wan2_2_5B_FastWanFullAttn"},
        rows=("wan2.2-ti2v-5b", "wan2.2-ti2v-5b-gguf"),
        scheduler=UNIPC,
        num_inference_steps=3,
        guidance_scale=1.0,
        flow_shift=3.0,
    ),
    SpeedLora(
        id="lcm-sd1.5",
        title="LCM 4 steps (Stable Diffusion 1.5)",
        repo="latent-consistency/lcm-lora-sdv1-5",
        files={"unet": "pytorch_lora_weights"},
        rows=("sd1.5", "jersonm89-avatar"),
        scheduler=LCM,
        num_inference_steps=4,
        guidance_scale=1.0,
    ),
    SpeedLora(
        id="lcm-sdxl",
        title="LCM 4 steps (Stable Diffusion XL)",
        repo="latent-consistency/lcm-lora-sdxl",
        files={"unet": "pytorch_lora_weights"},
        rows=("sdxl", "naavi-avatar"),
        scheduler=LCM,
        num_inference_steps=4,
        guidance_scale=1.0,
    ),
)


def speed_loras(row_id: str) -> tuple[SpeedLora, ...]:
    """Those made for the model, the best first."""
    return tuple(one for one in SPEED_LORAS if row_id in one.rows)
