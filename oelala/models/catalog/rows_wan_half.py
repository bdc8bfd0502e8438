"""Wan's transformers in 16 bits as Comfy-Org packs them, one file each: half of what the originals bring.

A file holds a transformer under the official names and nothing else: the other parts are those of the row
that it is a variant of. The sizes of FLF2V, VACE 1.3B, Animate and TI2V 5B are those that other programs'
public catalogs have from the hub; the others' are two bytes a number. The hub's own listing has the last
word.
"""

from __future__ import annotations

from dataclasses import replace

from oelala.models.catalog.row import Row
from oelala.models.catalog.rows_wan import WAN21_T2V_1_3B, WAN21_T2V_14B
from oelala.models.catalog.rows_wan22 import WAN22_TI2V_5B
from oelala.models.catalog.rows_wan_control import WAN21_VACE_1_3B, WAN21_VACE_14B, WAN22_ANIMATE_14B
from oelala.models.catalog.rows_wan_image import (
    WAN21_FLF2V_14B_720P,
    WAN21_I2V_14B_480P,
    WAN21_I2V_14B_720P,
)
from oelala.models.catalog.wan_parts import file_part

_WAN21, _WAN22 = "Comfy-Org/Wan_2.1_ComfyUI_repackaged", "Comfy-Org/Wan_2.2_ComfyUI_Repackaged"


def _variant(row: Row, repo: str, name: str, size: int | None = None) -> Row:
    """`name` of the file without its ending, which says in which 16 bits it is; `size` in bytes."""
    original, bits = row.components["transformer"], name.rpartition("_")[2]
    path = f"split_files/diffusion_models/{name}.safetensors"
    part = file_part(original, repo, path, size or 2 * original.parameters)
    # of Animate some tensors are two in one
    part = replace(part, dtype=bits.upper().replace("FP", "F"), renamed="animate" not in name)
    return replace(
        row,
        id=f"{row.id}-{bits}",
        title=f"{row.title} ({bits}, Comfy-Org)",
        components={**row.components, "transformer": part},
        base=row.id,
    )


WAN21_T2V_1_3B_BF16 = _variant(WAN21_T2V_1_3B, _WAN21, "wan2.1_t2v_1.3B_bf16")
WAN21_T2V_14B_BF16 = _variant(WAN21_T2V_14B, _WAN21, "wan2.1_t2v_14B_bf16")
WAN21_I2V_14B_480P_BF16 = _variant(WAN21_I2V_14B_480P, _WAN21, "wan2.1_i2v_480p_14B_bf16")
WAN21_I2V_14B_720P_BF16 = _variant(WAN21_I2V_14B_720P, _WAN21, "wan2.1_i2v_720p_14B_bf16")
WAN21_FLF2V_14B_720P_FP16 = _variant(
    WAN21_FLF2V_14B_720P, _WAN21, "wan2.1_flf2v_720p_14B_fp16", 32_792_693_440
)
WAN21_VACE_1_3B_FP16 = _variant(WAN21_VACE_1_3B, _WAN21, "wan2.1_vace_1.3B_fp16", 4_309_519_800)
WAN21_VACE_14B_FP16 = _variant(WAN21_VACE_14B, _WAN21, "wan2.1_vace_14B_fp16")
WAN22_ANIMATE_14B_BF16 = _variant(WAN22_ANIMATE_14B, _WAN22, "wan2.2_animate_14B_bf16", 34_549_787_368)
WAN22_TI2V_5B_FP16 = _variant(WAN22_TI2V_5B, _WAN22, "wan2.2_ti2v_5B_fp16", 9_999_658_848)
