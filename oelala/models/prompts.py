"""The prompts of a clip as the transformer reads them: encoded once, then remembered.

What is remembered is what the text encoder gave, number for number, so that a clip is the same either way.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

os.environ["DIFFUSERS_DISABLE_REMOTE_CODE"] = "1"

import torch
import torch.nn.functional as F  # noqa: N812 (the name everyone reads)
from diffusers.pipelines.wan.pipeline_wan import prompt_clean

from oelala.models.embedding_store import EmbeddingStore
from oelala.models.plan import LoadPlan

ENCODER = "text_encoder"


class Prompts:
    """Of one loan. `load`: with the text encoder, whether it comes to be loaded or not."""

    def __init__(self, store: EmbeddingStore, load: LoadPlan) -> None:
        self._store = store
        self._length = load.row.max_sequence_length
        self._prefix = _prefix(load)
        self._known: dict[str, torch.Tensor] = {}

    def recall(self, values: Mapping[str, Any]) -> bool:
        """Whether all that a task with these values says has been encoded before; it is held from now on."""
        if self._prefix is None or not isinstance(values.get("prompt"), str):
            return False
        return all(self._recalled(text) is not None for text in texts_of(values).values())

    @torch.no_grad()
    def arguments(self, pipeline: Any, values: Mapping[str, Any]) -> dict[str, torch.Tensor]:
        """`prompt_embeds`, and with guidance `negative_prompt_embeds`, each (1, max length, width).

        On the pipeline's device. Encodes what is not known yet, for which the pipeline has its text encoder.
        """
        device = pipeline._execution_device
        return {
            f"{name}_embeds": self._encoded(pipeline, text).to(device)
            for name, text in texts_of(values).items()
        }

    def _encoded(self, pipeline: Any, text: str) -> torch.Tensor:
        known = self._recalled(text)
        if known is None:
            known = pipeline.encode_prompt(
                prompt=text, do_classifier_free_guidance=False, max_sequence_length=self._length
            )[0]
            self._known[prompt_clean(text)] = known
            if self._prefix is not None:
                self._store.save(self._key(text), _without_padding(known[0]))
        return known

    def _recalled(self, text: str) -> torch.Tensor | None:
        clean = prompt_clean(text)
        if clean not in self._known and self._prefix is not None:
            found = self._store.load(self._key(text))
            if found is not None and found.ndim == 2 and found.shape[0] <= self._length:
                self._known[clean] = F.pad(found, (0, 0, 0, self._length - found.shape[0]))[None]
        return self._known.get(clean)

    def _key(self, text: str) -> str:
        return f"{self._prefix} {self._length} {prompt_clean(text)}"


def texts_of(values: Mapping[str, Any]) -> dict[str, str]:
    """By the pipelines' argument names. Without guidance nobody reads the negative prompt."""
    texts = {"prompt": values["prompt"]}
    if (values.get("guidance_scale") or 0.0) > 1.0:
        texts["negative_prompt"] = values.get("negative_prompt") or ""
    return texts


def _prefix(load: LoadPlan) -> str | None:
    """Whose words these are: the files of text encoder and tokenizer, and the number format."""
    encoder, tokenizer = load.parts.get(ENCODER), load.parts.get("tokenizer")
    if encoder is None or tokenizer is None:
        return None
    return f"{encoder.key.digest} {tokenizer.key.digest} {encoder.key.dtype}"


def _without_padding(embeds: torch.Tensor) -> torch.Tensor:
    """(n, width): behind the text's own n rows there is nothing but zeros."""
    rows = embeds.ne(0).any(dim=-1).nonzero()
    return embeds[: int(rows[-1]) + 1 if len(rows) else 1]
