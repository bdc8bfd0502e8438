"""The previews of the models in use: a tiny decoder, published factors, or a fit that is remembered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from loguru import logger

from oelala.models.catalog import TINY_DECODERS, installation
from oelala.models.latent_factors import published_preview
from oelala.models.latent_preview import FILE_NAME, LatentPreview, fit_preview, latent_shape, load_preview
from oelala.models.plan import LoadPlan
from oelala.models.tiny_decoder import TinyPreview, load_tiny_decoder

Preview = LatentPreview | TinyPreview


class PreviewStore:
    """`folder`: where fits are kept between starts. `models`: where tiny decoders may have come.

    `tiny`: whether to use them; by default on a card only: a processor has better to do.
    """

    def __init__(self, folder: Path, models: Path, device: torch.device, tiny: bool | None = None) -> None:
        self._folder, self._models, self._device = folder, models, device
        self._tiny = device.type == "cuda" if tiny is None else tiny
        self._previews: dict[str, LatentPreview] = {}
        self._decoders: dict[str, TinyPreview] = {}

    def of(self, load: LoadPlan, vae: Any) -> Preview:
        """A tiny decoder, if it is here; else by the model's own matrix, a published one, or a fitted one."""
        digest = load.parts["vae"].key.digest
        if digest not in self._previews:
            self._previews[digest] = self._matrix(load, vae)
        return self._decoder(load, self._previews[digest]) or self._previews[digest]

    def clear(self) -> None:
        self._previews.clear()
        self._decoders.clear()

    def _matrix(self, load: LoadPlan, vae: Any) -> LatentPreview:
        channels = latent_shape(vae).channels
        cached = self._folder / f"{load.parts['vae'].key.digest}.safetensors"
        preview = (
            load_preview(load.folder / FILE_NAME, channels)
            or published_preview(_latents(load), channels)
            or load_preview(cached, channels)
        )
        if preview is None:
            preview = fit_preview(vae)
            clear_caches(vae)
            _save_quietly(preview, cached)
        return preview

    def _decoder(self, load: LoadPlan, fallback: LatentPreview) -> TinyPreview | None:
        """Looked for at every loan: it may have been fetched since."""
        latents = _latents(load)
        if latents is None or not self._tiny or latents not in TINY_DECODERS:
            return None
        if latents not in self._decoders:
            tiny = TINY_DECODERS[latents]
            found = installation(tiny.row, self._models)
            if found is None or found.missing:
                return None
            decoder = load_tiny_decoder(found.components["decoder"], tiny.channels, tiny.patch)
            if decoder is None:
                return None
            self._decoders[latents] = TinyPreview(decoder, fallback, self._device)
        return self._decoders[latents]


def _latents(load: LoadPlan) -> str | None:
    part = load.row.components.get("vae")
    return None if part is None else part.latents


def clear_caches(vae: Any) -> None:
    """Wan's VAE remembers the frames before; a call that broke off leaves some of them there."""
    if hasattr(vae, "clear_cache"):
        vae.clear_cache()


def _save_quietly(preview: LatentPreview, file: Path) -> None:
    try:
        preview.save(file)
    except OSError as fault:
        logger.debug("the preview's fit is not remembered: {}", fault)
