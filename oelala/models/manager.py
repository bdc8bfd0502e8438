"""Lending out models: loaded late, shared, reused, swapped, and given back clean."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from loguru import logger
from safetensors import SafetensorError

from oelala.errors import OelalaError, OutOfMemory
from oelala.media.faults import human_bytes
from oelala.models.catalog import Row, find
from oelala.models.device import choose_device, limit_threads
from oelala.models.families import family_of
from oelala.models.families.family import stream_part, suit_to_processor
from oelala.models.file_hashes import FileHashes
from oelala.models.latent_preview import FILE_NAME, LatentPreview, fit_preview, latent_shape, load_preview
from oelala.models.parts import Part, PartKey, PartStore
from oelala.models.plan import LoadPlan, PlannedPart, plan_load
from oelala.models.single_file import load_single_file
from oelala.settings import Settings

WARM_MODEL = "oelala-mini"
# Room left for the work itself: a part of the weights and a fixed amount.
_WORK_SHARE, _WORK_BYTES = 0.25, 200_000_000
# Streaming the largest first frees the most; the VAE works on its weights all at once.
_STREAMABLE = ("text_encoder", "transformer", "transformer_2", "unet", "image_encoder")


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """What to borrow: a catalog id, and the diffusers pipeline class to run it with."""

    model: str
    pipeline: str = "WanPipeline"


@dataclass(frozen=True, slots=True)
class Loan:
    """A model for the length of one `with`.

    `hashes`: SHA-256 of every weight file, by its path inside the model. `preview` turns latents into
    pictures.
    """

    pipeline: Any
    row: Row
    device: torch.device
    hashes: Mapping[str, str]
    preview: LatentPreview


OnPart = Callable[[int, int], None]


def _ignore(step: int, total: int) -> None:
    del step, total


class ModelManager:
    """Holds the models of one worker; for one thread.

    `measure` tells the device's free bytes, `row` the row of a model id: by default of the
    catalog or of the user's own models.
    """

    def __init__(
        self,
        settings: Settings,
        device: torch.device | None = None,
        measure: Callable[[], int] | None = None,
        row: Callable[[str], Row] | None = None,
    ) -> None:
        limit_threads()
        self.row = row or (lambda model: find(model, settings))
        self.device = device or choose_device()
        self._settings = settings
        self._parts = PartStore(self.device, measure)
        self._hashes = FileHashes(settings.private / "file_hashes.json")
        self._pipelines: dict[tuple[str, tuple[PartKey, ...]], Any] = {}
        self._previews: dict[PartKey, LatentPreview] = {}

    @contextmanager
    def use(self, spec: ModelSpec, on_part: OnPart = _ignore) -> Iterator[Loan]:
        """Lend the model, loading what is not here yet; `on_part(step, total)` hears of every part loaded.

        Whatever the borrower left on the pipeline is gone afterwards: its scheduler, the VAE's feature cache,
        the state of hooks. Raises ModelMissing, OutOfMemory, OelalaError ("unknown-model", "model-broken").
        """
        plan = plan_load(self.row(spec.model), self._settings.models, self.device, self._hashes)
        self._load(plan, on_part)
        pipeline = self._pipeline(spec, plan)
        scheduler, finished = pipeline.scheduler, False
        try:
            yield Loan(pipeline, plan.row, self.device, plan.hashes, self._preview(plan, pipeline.vae))
            finished = True
        finally:
            pipeline.scheduler = scheduler
            clear_caches(pipeline.vae)
            pipeline.maybe_free_model_hooks()
            if not finished:  # streaming hooks stopped half-way have lost count of what is where
                self._forget_all(self._parts.drop_streamed())

    def warm_up(self) -> None:
        """Load the embedded model and run one step of it, so that the first clip need not wait."""
        started = time.monotonic()
        try:
            with self.use(ModelSpec(WARM_MODEL)) as loan:
                _smallest_call(loan)
        except OelalaError as fault:
            logger.warning("not warmed up: {}", fault)
            return
        logger.info("warmed up in {:.1f} s", time.monotonic() - started)

    def empty(self) -> None:
        """Give everything back."""
        self._pipelines.clear()
        self._previews.clear()
        self._parts.clear()

    def _load(self, plan: LoadPlan, on_part: OnPart) -> None:
        wanted = [part for part in plan.parts.values() if part.key not in self._parts]
        if not wanted:
            return
        started = time.monotonic()
        streamed = self._make_room(plan, wanted)
        for step, part in enumerate(wanted):
            on_part(step, len(wanted))
            self._load_part(plan.row, part, stream=part.key.name in streamed)
        on_part(len(wanted), len(wanted))
        logger.info(
            "loaded {} in {:.1f} s, {}{}",
            plan.row.title,
            time.monotonic() - started,
            human_bytes(sum(part.bytes for part in wanted)),
            f" ({' and '.join(streamed)} streamed)" if streamed else "",
        )

    def _make_room(self, plan: LoadPlan, wanted: list[PlannedPart]) -> list[str]:
        """Evict until the wanted parts fit. Returns the names of those to stream where they still do not."""
        need = sum(part.bytes for part in wanted)
        work = int(plan.bytes * _WORK_SHARE) + _WORK_BYTES
        gone = self._forget_all(self._parts.evict(need + work, plan.keys))
        if gone:
            logger.info("swapped out {} for {}", ", ".join(gone), plan.row.title)
        free = self._parts.free()
        if free >= need + work or (self.device.type == "cpu" and free >= need):
            return []
        if self.device.type == "cpu":
            raise OutOfMemory("out-of-memory")
        self._forget_all(self._parts.drop_streamed(plan.keys))  # main memory holds one large model at a time
        return _choose_streamed(wanted, need + work - free)

    def _forget_all(self, dropped: Iterator[tuple[PartKey, str]]) -> list[str]:
        """Let go of the pipelines around each dropped part before the next goes; names for the log."""
        names = []
        for key, origin in dropped:
            self._pipelines = {name: one for name, one in self._pipelines.items() if key not in name[1]}
            names.append(f"{key.name} of {origin}")
        return names

    def _load_part(self, row: Row, part: PlannedPart, *, stream: bool) -> None:
        name = part.key.name
        try:
            module = _load(row, part)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as fault:
            if isinstance(fault, torch.OutOfMemoryError):
                raise
            reason = f"{name}: {str(fault).splitlines()[0][:200]}"
            raise OelalaError("model-broken", model=row.title, reason=reason) from fault
        if stream:
            stream_part(name, module, self.device)
        elif isinstance(module, torch.nn.Module):
            module.to(self.device)
            if name == "vae" and self.device.type == "cpu" and torch.backends.mkldnn.is_available():
                suit_to_processor(module)
        self._parts.add(part.key, Part(module, part.bytes, row.title, streamed=stream))

    def _pipeline(self, spec: ModelSpec, plan: LoadPlan) -> Any:
        parts = self._parts.borrow(plan.keys)
        name = (spec.pipeline, tuple(plan.keys))
        if name not in self._pipelines:
            self._pipelines[name] = family_of(plan.row).assemble(spec.pipeline, parts, plan.folder)
        return self._pipelines[name]

    def _preview(self, plan: LoadPlan, vae: Any) -> LatentPreview:
        """The model's own one, or one fitted earlier in this workspace, or one fitted now."""
        key = plan.parts["vae"].key
        if key not in self._previews:
            cached = self._settings.private / "latent_preview" / f"{key.digest}.safetensors"
            channels = latent_shape(vae).channels
            preview = load_preview(plan.folder / FILE_NAME, channels) or load_preview(cached, channels)
            if preview is None:
                preview = fit_preview(vae)
                clear_caches(vae)
                _save_quietly(preview, cached)
            self._previews[key] = preview
        return self._previews[key]


def _load(row: Row, part: PlannedPart) -> Any:
    if part.folder.is_file():
        return load_single_file(part.folder, row.base or row.id, part.key.dtype)
    return family_of(row).load_part(part.key.name, part.folder, part.key.dtype)


def clear_caches(vae: Any) -> None:
    """Wan's VAE remembers the frames before; a call that broke off leaves some of them there."""
    if hasattr(vae, "clear_cache"):
        vae.clear_cache()


def _choose_streamed(wanted: list[PlannedPart], excess: int) -> list[str]:
    chosen = []
    for part in sorted(wanted, key=lambda part: -part.bytes):
        if excess > 0 and part.key.name in _STREAMABLE:
            chosen.append(part.key.name)
            excess -= part.bytes
    return chosen


def _save_quietly(preview: LatentPreview, file: Any) -> None:
    try:
        preview.save(file)
    except OSError as fault:
        logger.debug("the preview's fit is not remembered: {}", fault)


def _smallest_call(loan: Loan) -> None:
    side = loan.row.sizes.smallest_side
    loan.pipeline(
        prompt="",
        height=side,
        width=side,
        num_frames=5,
        num_inference_steps=2,
        max_sequence_length=loan.row.max_sequence_length,
        output_type="pt",
    )
