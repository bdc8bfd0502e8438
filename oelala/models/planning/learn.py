"""How fast this machine really is, from the clips that it has made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from oelala.errors import OelalaError
from oelala.models.planning.compiling import SAVED
from oelala.models.planning.work import Work, work_of

if TYPE_CHECKING:
    from oelala.models.catalog.row import Row

_DENOISING, _DECODING, _ENCODING = "denoising", "decoding", "encoding"
_NEWEST = 20  # of each model: a new driver or another card shows soon


@dataclass(frozen=True, slots=True)
class Timing:
    """One finished clip: its work, and the seconds of each phase (0: not measured).

    `compiling`: seconds that blocks were compiled in; they are no part of `denoising`.
    """

    model: str
    device: str
    work: Work
    encoding: float
    denoising: float
    decoding: float
    compiling: float = 0.0


@dataclass(frozen=True, slots=True)
class Speed:
    """Learned figures; None where nothing has been learned.

    `flops`: operations a second while denoising, over all counted models. `seconds_per_unit`: of the model
    itself, for the whole denoising. `decode_flops`, `decode_seconds_per_unit`, `encode_seconds` likewise.
    `compile_seconds`: for one size of clip; `usual_compile_seconds`: of clips that mostly find their graph
    ready.
    """

    flops: float | None = None
    seconds_per_unit: float | None = None
    decode_flops: float | None = None
    decode_seconds_per_unit: float | None = None
    encode_seconds: float | None = None
    compile_seconds: float | None = None
    usual_compile_seconds: float | None = None
    clips: int = 0


def fit_speed(timings: Iterable[Timing], model: str, device: str) -> Speed:
    """Medians over the newest clips (`timings`: newest first) of this device; the model's own go first."""
    ours = [timing for timing in timings if timing.device == device]
    own = [timing for timing in ours if timing.model == model][:_NEWEST]
    counted = [one for one in own or ours[:_NEWEST] if one.work.forward_flops and one.denoising]
    decoded = [one for one in own or ours[:_NEWEST] if one.work.decode_flops and one.decoding]
    return Speed(
        flops=_median(one.work.denoise_flops / one.denoising for one in counted),
        seconds_per_unit=_median(one.denoising / one.work.units for one in own if one.denoising),
        decode_flops=_median(one.work.decode_flops / one.decoding for one in decoded),
        decode_seconds_per_unit=_median(one.decoding / one.work.decoded for one in own if one.decoding),
        encode_seconds=_median(one.encoding for one in own if one.encoding),
        compile_seconds=_longest(one.compiling for one in own),
        usual_compile_seconds=_median(one.compiling for one in own),
        clips=len(own),
    )


def timing_of(document: Mapping[str, Any], find: Callable[[str], Row]) -> Timing | None:
    """From what stands beside a clip under "oelala"; None where it does not tell, of a model long gone, and
    of a clip that was made faster at the price of its looks.

    The forecast is of a plain run: what was compiled, decoded in tiles or needed no encoding is made one.
    """
    if document.get("lossy") or document.get("quantisation") == "int8":
        return None
    try:
        task, seconds = dict(document["task"]), dict(document["seconds"])
        row = find(str(document["model"]["id"]))
        encoding, denoising, decoding = (
            float(seconds.get(phase, 0.0)) for phase in (_ENCODING, _DENOISING, _DECODING)
        )
        compiling = float(document.get("compile_seconds") or 0.0)
        work = work_of(row, {**row.defaults.get(str(task.get("kind")), {}), **_given(task)})
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError, OelalaError):
        return None
    denoising -= compiling
    if document.get("compiled"):
        denoising /= 1 - SAVED
    if document.get("vae_tiling"):
        decoding = 0.0
    if document.get("prompts_known"):
        encoding = 0.0
    if min(encoding, denoising, decoding, compiling) < 0 or work.units <= 0:
        return None
    return Timing(row.id, str(document.get("device")), work, encoding, denoising, decoding, compiling)


def _given(task: Mapping[str, Any]) -> dict[str, Any]:
    numbers = ("width", "height", "num_frames", "num_inference_steps", "guidance_scale")
    return {name: task[name] for name in numbers if isinstance(task.get(name), int | float)}


def _longest(values: Iterable[float]) -> float | None:
    """Of what a size took that was new; the others found their graph ready."""
    return max((value for value in values if 0 < value < float("inf")), default=None)


def _median(values: Iterable[float]) -> float | None:
    found = [value for value in values if 0 < value < float("inf")]
    return median(found) if found else None
