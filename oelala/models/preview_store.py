"""The previews of the models in use: a model's own, or one fitted to its VAE and remembered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from loguru import logger

from oelala.models.latent_preview import FILE_NAME, LatentPreview, fit_preview, latent_shape, load_preview
from oelala.models.plan import LoadPlan


class PreviewStore:
    """`folder`: where fits are kept between starts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._previews: dict[str, LatentPreview] = {}

    def of(self, load: LoadPlan, vae: Any) -> LatentPreview:
        """The model's own one, or one fitted earlier in this workspace, or one fitted now."""
        digest = load.parts["vae"].key.digest
        if digest not in self._previews:
            cached = self._folder / f"{digest}.safetensors"
            channels = latent_shape(vae).channels
            preview = load_preview(load.folder / FILE_NAME, channels) or load_preview(cached, channels)
            if preview is None:
                preview = fit_preview(vae)
                clear_caches(vae)
                _save_quietly(preview, cached)
            self._previews[digest] = preview
        return self._previews[digest]

    def clear(self) -> None:
        self._previews.clear()


def clear_caches(vae: Any) -> None:
    """Wan's VAE remembers the frames before; a call that broke off leaves some of them there."""
    if hasattr(vae, "clear_cache"):
        vae.clear_cache()


def _save_quietly(preview: LatentPreview, file: Path) -> None:
    try:
        preview.save(file)
    except OSError as fault:
        logger.debug("the preview's fit is not remembered: {}", fault)
