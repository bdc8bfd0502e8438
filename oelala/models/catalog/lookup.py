"""Finding rows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from oelala.errors import InvalidTask, OelalaError
from oelala.models.catalog.added import added_rows
from oelala.models.catalog.eight_bits import with_quantisation
from oelala.models.catalog.row import Row
from oelala.models.catalog.rows_detectors import DETECTORS
from oelala.models.catalog.rows_flux import FLUX1_DEV, FLUX1_SCHNELL, FLUX2_KLEIN_4B
from oelala.models.catalog.rows_mini import OELALA_MINI, OELALA_MINI_POSE
from oelala.models.catalog.rows_stable_diffusion import AVATAR, NAAVI_AVATAR, SD15, SDXL
from oelala.models.catalog.rows_svd import SVD, SVD_XT
from oelala.models.catalog.rows_tiny import TINY_DECODERS
from oelala.models.catalog.rows_wan import WAN21_T2V_1_3B, WAN21_T2V_14B
from oelala.models.catalog.rows_wan22 import (
    WAN22_I2V_A14B,
    WAN22_I2V_A14B_BF16,
    WAN22_T2V_A14B,
    WAN22_T2V_A14B_BF16,
    WAN22_TI2V_5B,
)
from oelala.models.catalog.rows_wan_control import WAN21_VACE_1_3B, WAN21_VACE_14B, WAN22_ANIMATE_14B
from oelala.models.catalog.rows_wan_gguf import (
    WAN21_FLF2V_14B_720P_GGUF,
    WAN21_I2V_14B_480P_GGUF,
    WAN21_I2V_14B_720P_GGUF,
    WAN21_T2V_1_3B_GGUF,
    WAN21_T2V_14B_GGUF,
    WAN21_VACE_14B_GGUF,
    WAN22_ANIMATE_14B_GGUF,
    WAN22_I2V_A14B_GGUF,
    WAN22_T2V_A14B_GGUF,
    WAN22_TI2V_5B_GGUF,
)
from oelala.models.catalog.rows_wan_half import (
    WAN21_FLF2V_14B_720P_FP16,
    WAN21_I2V_14B_480P_BF16,
    WAN21_I2V_14B_720P_BF16,
    WAN21_T2V_1_3B_BF16,
    WAN21_T2V_14B_BF16,
    WAN21_VACE_1_3B_FP16,
    WAN21_VACE_14B_FP16,
    WAN22_ANIMATE_14B_BF16,
    WAN22_TI2V_5B_FP16,
)
from oelala.models.catalog.rows_wan_image import (
    WAN21_FLF2V_14B_720P,
    WAN21_I2V_14B_480P,
    WAN21_I2V_14B_720P,
)
from oelala.models.catalog.speed import SPEED_LORAS, with_speed
from oelala.settings import Settings


def _shipped(row: Row) -> bool:
    """Whether the parts that lie outside the row's folder have come with this copy of the project."""
    return all(part.path is None or part.path.exists() for part in row.components.values())


WARM_MODEL = OELALA_MINI.id  # what a worker loads before anybody asks
_MODELS: tuple[Row, ...] = (
    *filter(_shipped, (OELALA_MINI, OELALA_MINI_POSE)),
    *(WAN21_T2V_1_3B, WAN21_T2V_14B, WAN21_T2V_14B_BF16, WAN21_T2V_14B_GGUF),
    *(WAN21_T2V_1_3B_BF16, WAN21_T2V_1_3B_GGUF),
    *(WAN22_TI2V_5B, WAN22_TI2V_5B_FP16, WAN22_TI2V_5B_GGUF),
    *(WAN22_T2V_A14B, WAN22_T2V_A14B_BF16, WAN22_T2V_A14B_GGUF),
    *(WAN22_I2V_A14B, WAN22_I2V_A14B_BF16, WAN22_I2V_A14B_GGUF),
    *(WAN21_I2V_14B_480P, WAN21_I2V_14B_480P_BF16, WAN21_I2V_14B_480P_GGUF),
    *(WAN21_I2V_14B_720P, WAN21_I2V_14B_720P_BF16, WAN21_I2V_14B_720P_GGUF),
    *(WAN21_FLF2V_14B_720P, WAN21_FLF2V_14B_720P_FP16, WAN21_FLF2V_14B_720P_GGUF, SVD, SVD_XT),
    *(WAN21_VACE_1_3B, WAN21_VACE_1_3B_FP16, WAN21_VACE_14B, WAN21_VACE_14B_FP16, WAN21_VACE_14B_GGUF),
    *(WAN22_ANIMATE_14B, WAN22_ANIMATE_14B_BF16, WAN22_ANIMATE_14B_GGUF),
    *(SD15, SDXL, AVATAR, NAAVI_AVATAR, FLUX1_SCHNELL, FLUX1_DEV, FLUX2_KLEIN_4B),
)
ROWS: tuple[Row, ...] = tuple(with_quantisation(with_speed(row)) for row in _MODELS)
# fetched, found and removed as models are, and no models: tiny decoders, detectors of bodies, and LoRAs of
# few steps, also of models that nothing can be made with yet
COMPANIONS: tuple[Row, ...] = (
    *(tiny.row for tiny in TINY_DECODERS.values()),
    *DETECTORS,
    *(lora.row for lora in SPEED_LORAS if lora.repo is not None),
)


def rows(kind: str | None = None, settings: Settings | None = None) -> tuple[Row, ...]:
    """Every row, or those that can do tasks of that kind; the embedded model comes first.

    With `settings` also the user's own models, which come last.
    """
    return tuple(row for row in _all(settings) if kind is None or kind in row.kinds)


def find(model_id: str, settings: Settings | None = None) -> Row:
    """With `settings` among the user's own models, too; also `COMPANIONS`, which `rows` does not list.

    Raises OelalaError ("unknown-model").
    """
    known = _all(settings)
    for row in (*known, *COMPANIONS):
        if row.id == model_id:
            return row
    raise OelalaError("unknown-model", model=model_id, known=", ".join(row.id for row in known))


def _all(settings: Settings | None) -> tuple[Row, ...]:
    return (*ROWS, *added_rows(settings, ROWS)) if settings is not None else ROWS


def defaults_of(row: Row, kind: str) -> Mapping[str, Any]:
    """The row's values for tasks of that kind. Raises InvalidTask ("cannot-do") at the field `model`."""
    if kind not in row.defaults:
        known = ", ".join(other.title for other in rows(kind)) or "–"
        raise InvalidTask("cannot-do", field="model", model=row.title, kind=kind, known=known)
    return row.defaults[kind]


def defaults(kind: str, model_id: str, settings: Settings | None = None) -> Mapping[str, Any]:
    """The model's value for every task field that may be None. Raises as `find` and `defaults_of` do."""
    return dict(defaults_of(find(model_id, settings), kind))


@cache
def own_prompts() -> frozenset[str]:
    """What models say by themselves to a task without a prompt."""
    own = (values.get("prompt") for row in ROWS for values in row.defaults.values())
    return frozenset(prompt for prompt in own if prompt)
