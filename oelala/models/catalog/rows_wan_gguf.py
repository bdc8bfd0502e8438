"""Wan's transformers as GGUF files of 4 to 5 bits a weight: a quarter of the download, a little less exact.

Made by city96, QuantStack and samuelchristlie, all under the licence of the original. A file holds a
transformer and nothing else: the other parts are those of the row it is a variant of, from the same
repositories.

The number formats of "Q4_K_M" in these files: Q6_K for the values of every attention and the second matrix
of every feed-forward, Q4_K for the blocks' other matrices. What is outside the blocks, and every bias and
norm, is F32 (city96) or F16 (the others; but F32 for patch embeddings, for the biases and norms of T2V 1.3B,
VACE and Animate, and for Animate's encoders of motion and face). That was inferred from the sizes: with it
and the official configs each of them comes out to the byte (`tests/models/gguf_layout.py`).

The sizes themselves are those that other programs' public catalogs have from the hub's listing: with commit
and SHA-256 for T2V 14B, T2V A14B, I2V A14B and Animate, with SHA-256 for I2V 720P and TI2V 5B, from the hub's
headers for I2V 480P, and bare for VACE and T2V 1.3B. FLF2V is listed there with its SHA-256 and without a
size: this one is computed, from the habits of its maker. The hub's own listing has the last word when a file
is fetched.
"""

from __future__ import annotations

from dataclasses import replace

from oelala.models.catalog.row import Row
from oelala.models.catalog.rows_wan import WAN21_T2V_1_3B, WAN21_T2V_14B
from oelala.models.catalog.rows_wan22 import WAN22_I2V_A14B, WAN22_T2V_A14B, WAN22_TI2V_5B
from oelala.models.catalog.rows_wan_control import WAN21_VACE_14B, WAN22_ANIMATE_14B
from oelala.models.catalog.rows_wan_image import (
    WAN21_FLF2V_14B_720P,
    WAN21_I2V_14B_480P,
    WAN21_I2V_14B_720P,
)
from oelala.models.catalog.wan_parts import file_part


def _variant(row: Row, repo: str, size: int, *paths: str) -> Row:
    """`paths` in `repo`, of `size` bytes each: of the only transformer, or of both, strong noise first."""
    names = ("transformer", "transformer_2")[: len(paths)]
    files = {
        name: file_part(row.components[name], repo, path, size)
        for name, path in zip(names, paths, strict=True)
    }
    return replace(
        row,
        id=f"{row.id}-gguf",
        title=f"{row.title} (GGUF Q4_K_M, {repo.partition('/')[0]})",
        components={**row.components, **files},
        base=row.id,
    )


WAN21_T2V_14B_GGUF = _variant(
    WAN21_T2V_14B, "city96/Wan2.1-T2V-14B-gguf", 10_124_581_504, "wan2.1-t2v-14b-Q4_K_M.gguf"
)
WAN21_T2V_1_3B_GGUF = _variant(
    WAN21_T2V_1_3B, "samuelchristlie/Wan2.1-T2V-1.3B-GGUF", 982_716_640, "Wan2.1-T2V-1.3B-Q4_K_M.gguf"
)
WAN21_FLF2V_14B_720P_GGUF = _variant(
    WAN21_FLF2V_14B_720P,
    "city96/Wan2.1-FLF2V-14B-720P-gguf",
    11_343_816_128,
    "wan2.1-flf2v-14b-720p-Q4_K_M.gguf",
)
WAN21_I2V_14B_480P_GGUF = _variant(
    WAN21_I2V_14B_480P,
    "city96/Wan2.1-I2V-14B-480P-gguf",
    11_341_184_384,
    "wan2.1-i2v-14b-480p-Q4_K_M.gguf",
)
WAN21_I2V_14B_720P_GGUF = _variant(
    WAN21_I2V_14B_720P,
    "city96/Wan2.1-I2V-14B-720P-gguf",
    11_341_184_384,
    "wan2.1-i2v-14b-720p-Q4_K_M.gguf",
)
WAN22_ANIMATE_14B_GGUF = _variant(
    WAN22_ANIMATE_14B,
    "QuantStack/Wan2.2-Animate-14B-GGUF",
    11_496_331_072,
    "Wan2.2-Animate-14B-Q4_K_M.gguf",
)
WAN21_VACE_14B_GGUF = _variant(
    WAN21_VACE_14B, "QuantStack/Wan2.1_14B_VACE-GGUF", 11_639_453_600, "Wan2.1_14B_VACE-Q4_K_M.gguf"
)
WAN22_T2V_A14B_GGUF = _variant(
    WAN22_T2V_A14B,
    "QuantStack/Wan2.2-T2V-A14B-GGUF",
    9_650_090_496,
    "HighNoise/Wan2.2-T2V-A14B-HighNoise-Q4_K_M.gguf",
    "LowNoise/Wan2.2-T2V-A14B-LowNoise-Q4_K_M.gguf",
)
WAN22_I2V_A14B_GGUF = _variant(
    WAN22_I2V_A14B,
    "QuantStack/Wan2.2-I2V-A14B-GGUF",
    9_651_728_896,
    "HighNoise/Wan2.2-I2V-A14B-HighNoise-Q4_K_M.gguf",
    "LowNoise/Wan2.2-I2V-A14B-LowNoise-Q4_K_M.gguf",
)
WAN22_TI2V_5B_GGUF = _variant(
    WAN22_TI2V_5B, "QuantStack/Wan2.2-TI2V-5B-GGUF", 3_433_116_000, "Wan2.2-TI2V-5B-Q4_K_M.gguf"
)
