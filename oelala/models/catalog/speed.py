"""LoRAs that bring a model to a few steps, and the values that go with them: data, from their model cards.

lightx2v's were distilled at the noise levels 1000, 750, 500, 250 warped by a shift of 5. UniPC with
`flow_shift` 5 and 4 steps meets these exactly (999, 937, 833, 625); FlowMatchEuler with the same shift does
not (1000, 910, 717, 24), and the clip shows it. FastWan was distilled at 1000, 757, 522: no shift gives that.

Sizes are those that other programs' public catalogs have from the hub's listing, most of them in whole MiB.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from oelala.models.catalog.row import Component, Row, companion_row

UNIPC, LCM = "UniPCMultistepScheduler", "LCMScheduler"
FIELD = "speed"  # of the tasks
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class SpeedLora:
    """`rows`: ids of the catalog's models that it is made for. `files`: by the component that takes it, its
    file in the repository, of so many `bytes` where that is known. `repo` None: not offered. `maker`: for its
    label. `unused`: parts of names of tensors that the file has and its model has no layer for.
    """

    id: str
    title: str
    maker: str
    repo: str | None
    files: Mapping[str, str]
    bytes: Mapping[str, int]
    rows: tuple[str, ...]
    scheduler: str
    num_inference_steps: int
    guidance_scale: float
    flow_shift: float | None = None
    strength: float = 1.0
    licence: str = "Apache-2.0"
    unused: tuple[str, ...] = ()

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

    @property
    def row(self) -> Row:
        """Its files, to be fetched, found, verified and removed as models are."""
        sizes = {name: self.bytes.get(name) for name in self.files}
        parts = {name: Component("", sizes[name], files=(file,)) for name, file in self.files.items()}
        return companion_row(self.id, self.title, "lora", self.repo or "", self.licence, parts)


_WAN21, _WAN22 = "lightx2v/Wan2.1-Distill-Loras", "lightx2v/Wan2.2-Distill-Loras"
_LIGHTX2V = "LightX2v"


def _of_experts(name: str, date: str) -> Mapping[str, str]:
    """The file for strong noise goes to the first expert."""
    return {
        part: f"wan2.2_{name}_A14b_{noise}_noise_lora_rank64_lightx2v_4step_{date}.safetensors"
        for part, noise in (("transformer", "high"), ("transformer_2", "low"))
    }


SPEED_LORAS: tuple[SpeedLora, ...] = (
    SpeedLora(
        id="lightx2v-wan2.1-t2v-14b",
        title="LightX2v 4 steps (Wan 2.1 T2V 14B)",
        maker=_LIGHTX2V,
        repo=_WAN21,
        files={"transformer": "wan2.1_t2v_14b_lora_rank64_lightx2v_4step.safetensors"},
        bytes={"transformer": 631_000_000},
        # VACE is T2V with blocks beside it, which the LoRA leaves alone
        rows=("wan2.1-t2v-14b", "wan2.1-t2v-14b-gguf", "wan2.1-vace-14b", "wan2.1-vace-14b-gguf"),
        scheduler=UNIPC,
        num_inference_steps=4,
        guidance_scale=1.0,
        flow_shift=5.0,
    ),
    SpeedLora(
        id="lightx2v-wan2.1-i2v-14b",
        title="LightX2v 4 steps (Wan 2.1 I2V 14B, Animate)",
        maker=_LIGHTX2V,
        repo=_WAN21,
        files={"transformer": "wan2.1_i2v_lora_rank64_lightx2v_4step.safetensors"},
        bytes={"transformer": 739_472_104},
        # Animate takes this one too; its makers advise against those of Wan 2.2
        rows=(
            *("wan2.1-i2v-14b-480p", "wan2.1-i2v-14b-480p-gguf", "wan2.1-i2v-14b-720p"),
            *("wan2.1-i2v-14b-720p-gguf", "wan2.2-animate-14b", "wan2.2-animate-14b-gguf"),
        ),
        scheduler=UNIPC,
        num_inference_steps=4,
        guidance_scale=1.0,
        flow_shift=5.0,
    ),
    SpeedLora(
        id="lightx2v-wan2.2-t2v-a14b",
        title="LightX2v 4 steps (Wan 2.2 T2V A14B)",
        maker=_LIGHTX2V,
        repo=_WAN22,
        files=_of_experts("t2v", "1217"),
        bytes={"transformer": 586 * _MIB, "transformer_2": 586 * _MIB},
        rows=("wan2.2-t2v-a14b", "wan2.2-t2v-a14b-bf16", "wan2.2-t2v-a14b-gguf"),
        scheduler=UNIPC,
        num_inference_steps=4,
        guidance_scale=1.0,
        flow_shift=5.0,
    ),
    SpeedLora(
        id="lightx2v-wan2.2-i2v-a14b",
        title="LightX2v 4 steps (Wan 2.2 I2V A14B)",
        maker=_LIGHTX2V,
        repo=_WAN22,
        files=_of_experts("i2v", "1022"),
        # the file for little noise is, by its SHA-256, that of Wan 2.1, whose transformer saw CLIP's picture
        bytes={"transformer": 606 * _MIB, "transformer_2": 739_472_104},
        unused=("img_emb.", ".k_img.", ".v_img.", ".norm_k_img."),
        rows=("wan2.2-i2v-a14b", "wan2.2-i2v-a14b-bf16", "wan2.2-i2v-a14b-gguf"),
        scheduler=UNIPC,
        num_inference_steps=4,
        guidance_scale=1.0,
        flow_shift=5.0,
    ),
    SpeedLora(
        id="fastwan-ti2v-5b",
        title="FastWan 3 steps (Wan 2.2 TI2V 5B)",
        maker="FastWan",
        repo=None,
        files={"transformer": "Wan2_2_5B_FastWanFullAttn_lora_rank_128_bf16.safetensors"},
        bytes={"transformer": 660_874_456},
        rows=("wan2.2-ti2v-5b", "wan2.2-ti2v-5b-gguf"),
        scheduler=UNIPC,
        num_inference_steps=3,
        guidance_scale=1.0,
        flow_shift=3.0,
    ),
    SpeedLora(
        id="lcm-sd1.5",
        title="LCM 4 steps (Stable Diffusion 1.5)",
        maker="LCM",
        repo="latent-consistency/lcm-lora-sdv1-5",
        files={"unet": "pytorch_lora_weights.safetensors"},
        bytes={"unet": 134_621_556},
        rows=("sd1.5", "jersonm89-avatar"),
        scheduler=LCM,
        num_inference_steps=4,
        guidance_scale=1.0,
        licence="OpenRAIL++",
    ),
    SpeedLora(
        id="lcm-sdxl",
        title="LCM 4 steps (Stable Diffusion XL)",
        maker="LCM",
        repo="latent-consistency/lcm-lora-sdxl",
        files={"unet": "pytorch_lora_weights.safetensors"},
        bytes={"unet": 393_855_224},
        rows=("sdxl", "naavi-avatar"),
        scheduler=LCM,
        num_inference_steps=4,
        guidance_scale=1.0,
        licence="OpenRAIL++",
    ),
)


def speed_loras(row: Row) -> tuple[SpeedLora, ...]:
    """Those offered with the model, the best first; one of the user's own takes those of its base."""
    # of other families nobody reads the names of layers yet
    able = [one for one in SPEED_LORAS if one.repo is not None and row.family == "wan"]
    return tuple(one for one in able if row.id in one.rows or row.base in one.rows)


def find_speed(lora_id: str | None) -> SpeedLora | None:
    """None for the id of none, "" too."""
    return next((one for one in SPEED_LORAS if one.id == lora_id), None)


def with_speed(row: Row) -> Row:
    """The row with its value for the field: off where there is such a LoRA, else none."""
    own = "" if speed_loras(row) else None
    return replace(row, defaults={kind: {**values, FIELD: own} for kind, values in row.defaults.items()})
