"""Lending out models: loaded late, shared, reused, swapped, and given back clean."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from loguru import logger

from oelala.errors import OelalaError
from oelala.media.faults import human_bytes
from oelala.models.catalog import WARM_MODEL, Row, find
from oelala.models.device import choose_device, let_memory_grow, limit_threads
from oelala.models.embedding_store import EmbeddingStore
from oelala.models.families import family_of
from oelala.models.file_hashes import FileHashes
from oelala.models.loading_speed import LoadingSpeed
from oelala.models.loan import Loan, ModelSpec
from oelala.models.lora import speed_lent
from oelala.models.part_loading import load_part
from oelala.models.parts import Part, PartKey, PartStore
from oelala.models.placing import LARGE, place_part, spare_bytes, summary_of, too_little_ram
from oelala.models.plan import LoadPlan, PlannedPart, plan_load
from oelala.models.planner import Facts, Planner
from oelala.models.planning import Abilities, Hardware, Plan, Speed, work_of
from oelala.models.planning.attention import attention_file
from oelala.models.planning.hardware import CARD_OVERHEAD
from oelala.models.preview_store import PreviewStore, clear_caches
from oelala.models.prompts import ENCODER, Prompts
from oelala.models.room import room_for_phases
from oelala.models.slicing import in_pieces
from oelala.models.speed import DEFAULT, AttentionChoices, Quickening, attention_shape, quickened
from oelala.models.speed.probe import probe_once
from oelala.models.speed.sage import check_sage
from oelala.models.streaming import Branches, Ring, WeightsGone
from oelala.models.surroundings import Surroundings
from oelala.models.warming import smallest_call
from oelala.settings import Settings

# Room left on a processor for the work itself: a part of the weights and a fixed amount.
_WORK_SHARE, _WORK_BYTES = 0.25, 200_000_000


OnPart = Callable[[int, int], None]


def _ignore(step: int, total: int) -> None:
    del step, total


class ModelManager:
    """Holds the models of one worker; for one thread.

    `measure` tells the device's free bytes, `row` the row of a model id: by default of the
    catalog or of the user's own models. `hardware`: what to plan for, instead of what the device has.
    `learned`: the speed that this machine has shown with a model. `planner`: what it plans with.
    """

    def __init__(
        self,
        settings: Settings,
        device: torch.device | None = None,
        measure: Callable[[], int] | None = None,
        row: Callable[[str], Row] | None = None,
        hardware: Hardware | None = None,
        learned: Callable[[str], Speed] | None = None,
    ) -> None:
        limit_threads()
        self.row = row or (lambda model: find(model, settings))
        self.device = device or choose_device()
        self._settings = settings
        self._parts = PartStore(self.device, measure)
        self._hashes = FileHashes(settings.private / "file_hashes.json")
        self._pipelines: dict[tuple[str, tuple[PartKey, ...]], Any] = {}
        self._previews = PreviewStore(settings.private / "latent_preview", settings.models, self.device)
        self._embeddings = EmbeddingStore(settings.private / "prompts")
        self._here = Surroundings(self.device, settings.private)
        facts = Facts(self.row, learned or (lambda model: Speed()), hardware)
        self.planner = Planner(settings, self._here, facts, Abilities(growing=let_memory_grow(self.device)))
        self._attention = AttentionChoices(attention_file(settings.private))
        self._ring = Ring(self.device)

    @property
    def folder(self) -> Path:
        """The Hugging Face cache."""
        return self._settings.models

    @contextmanager
    def use(self, spec: ModelSpec, on_part: OnPart = _ignore) -> Iterator[Loan]:
        """Lend the model, loading what is not here yet; `on_part(step, total)` hears of every part loaded.

        Whatever the borrower left on the pipeline is gone afterwards: its scheduler, the VAE's feature cache,
        the state of hooks. Raises ModelMissing, OutOfMemory, OelalaError ("unknown-model", "model-broken"),
        as `speed_lent`, and as `check_sage` where that is wanted.
        """
        with self._here.at_work(), self._lend(spec, on_part) as loan:
            yield loan

    @contextmanager
    def _lend(self, spec: ModelSpec, on_part: OnPart) -> Iterator[Loan]:
        load = plan_load(self.row(spec.model), self._settings.models, self.device, self._hashes)
        prompts, plan = Prompts(self._embeddings, load), self.planner.choose(spec)
        if prompts.recall(spec.values):
            load = load.without(ENCODER)
        if plan is not None and plan.quantisation == "int8":
            load = load.in_8_bits(LARGE)
        self._load(spec, load, plan, on_part)
        pipeline = self._pipeline(spec, load)
        scheduler, finished = pipeline.scheduler, False
        try:
            lent = speed_lent(pipeline, load, spec.values, self.folder, self._hashes.of)
            with lent as loras, self._arranged(spec, load, plan) as speed:
                preview = self._previews.of(load, pipeline.vae)
                told = None if plan is None else replace(plan, attention_backend=speed.backend)
                leaner = spec.frugal and not spec.taught
                about = (load.row, self.device, load.hashes, preview, prompts, told, speed, leaner)
                yield Loan(pipeline, *about, loras)
            finished = True
        except WeightsGone as fault:
            raise OelalaError("model-broken", model=load.row.title, reason=str(fault)) from fault
        finally:
            pipeline.scheduler = scheduler
            clear_caches(pipeline.vae)
            pipeline.maybe_free_model_hooks()
            if finished:
                self._here.worked = True
            else:
                self._parts.reset_streamed()
                self._ring.release()

    def warm_up(self) -> None:
        """Load the embedded model and run one step of it, so that the first clip need not wait; and find
        out how fast the card is, where nobody knows yet."""
        started = time.monotonic()
        probe_once(self.device, self._here.speeds)
        try:
            with self.use(ModelSpec(WARM_MODEL)) as loan:
                smallest_call(loan)
        except OelalaError as fault:
            logger.warning("not warmed up: {}", fault)
            return
        logger.info("warmed up in {:.1f} s", time.monotonic() - started)

    def empty(self) -> None:
        """Give everything back."""
        self._pipelines.clear()
        self._previews.clear()
        self._ring.release()
        self._parts.clear()
        self._ring = Ring(self.device)
        self._here.note()

    @contextmanager
    def _arranged(self, spec: ModelSpec, load: LoadPlan, plan: Plan | None) -> Iterator[Quickening]:
        """The parts as the plan wants them for this loan: pieces, room to decode, branches side by side."""
        large = [self._parts[load.parts[name].key] for name in LARGE if name in load.parts]
        transformers = [part.module for part in large]
        if spec.values.get("sage_attention"):
            check_sage(self.device)
        lossy: dict[str, Any] = {
            "cache": float(spec.values.get("first_block_cache") or 0.0),
            "sage": bool(spec.values.get("sage_attention")),
        }
        if plan is None:
            with quickened(transformers, **lossy) as speed:
                yield speed
            return
        vae = self._parts[load.parts["vae"].key].module
        with ExitStack() as undo:
            streamed = [part.streamed for part in large if part.streamed is not None]
            undo.enter_context(room_for_phases(self._ring, streamed, transformers, vae))
            undo.enter_context(in_pieces(plan, transformers, vae))
            if plan.beside_bytes:
                for one in streamed:
                    undo.callback(Branches(one).remove)
            shape = attention_shape(large[0].module, work_of(load.row, spec.values).tokens)
            backend = DEFAULT if shape is None else self._attention.of(shape, self.device)
            speed = undo.enter_context(quickened(transformers, backend, compiled=plan.compiled, **lossy))
            undo.callback(self._remember_failure, spec.model, speed)
            yield speed

    def _remember_failure(self, model: str, speed: Quickening) -> None:
        if any(blocks.failed is not None for blocks in speed.blocks):
            self._here.keep_uncompiled(model)

    def _load(self, spec: ModelSpec, load: LoadPlan, plan: Plan | None, on_part: OnPart) -> None:
        wanted = [part for part in load.parts.values() if part.key not in self._parts]
        started = time.monotonic()
        spare = 0 if plan is None else spare_bytes(plan)
        if wanted or plan is not None:
            self._make_room(load, plan, wanted)
        speed = LoadingSpeed()
        for step, part in enumerate(wanted):
            on_part(step, len(wanted))
            with speed.timed(part, plan):
                module = load_part(load.row, part, self.device)
                self._parts.add(part.key, Part(module, part.bytes, load.row.title))
                self._place(part, plan, spare)
        speed.keep(self._here.speeds)
        for part in load.parts.values():
            if part not in wanted:
                self._place(part, plan, spare)
        if wanted:
            on_part(len(wanted), len(wanted))
            size = human_bytes(sum(part.bytes for part in wanted))
            where = "" if plan is None else f", {summary_of(plan)}"
            logger.info(
                "loaded {} in {:.1f} s, {}{}", load.row.title, time.monotonic() - started, size, where
            )

    def _make_room(self, load: LoadPlan, plan: Plan | None, wanted: list[PlannedPart]) -> None:
        """Let go of what others have left, the longest unused first. Raises OutOfMemory on a processor."""
        loaded = sum(part.bytes for part in wanted)
        need = least = loaded + int(load.bytes * _WORK_SHARE) + _WORK_BYTES
        if plan is not None:
            there = CARD_OVERHEAD + self._parts.on_device(load.keys)
            need, least = plan.taken_vram - there, plan.peak_vram - there
            waiting = [part for part in wanted if plan.placements.get(part.key.name) == "streamed"]
            self._forget_all(self._parts.evict_streamed(sum(part.bytes for part in waiting), load.keys))
        gone = self._forget_all(self._parts.evict(need, load.keys, least))
        if gone:
            logger.info("swapped out {} for {}", ", ".join(gone), load.row.title)
        if plan is None and (free := self._parts.free()) < loaded:
            raise too_little_ram(load.row, loaded, free)

    def _forget_all(self, dropped: Iterator[tuple[PartKey, str]]) -> list[str]:
        """Let go of the pipelines around each dropped part before the next goes; names for the log."""
        names = []
        for key, origin in dropped:
            self._pipelines = {name: one for name, one in self._pipelines.items() if key not in name[1]}
            names.append(f"{key.name} of {origin}")
        return names

    def _place(self, part: PlannedPart, plan: Plan | None, spare: int) -> None:
        placement = "resident" if plan is None else plan.placements.get(part.key.name, "resident")
        place_part(self._parts[part.key], part, placement, self._ring, spare)

    def _pipeline(self, spec: ModelSpec, plan: LoadPlan) -> Any:
        parts = self._parts.borrow(plan.keys)
        name = (spec.pipeline, tuple(plan.keys))
        if name not in self._pipelines:
            self._pipelines[name] = family_of(plan.row).assemble(spec.pipeline, parts, plan.folder)
        return self._pipelines[name]
