"""A clip from a sentence."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from oelala.tasks.base import shown
from oelala.tasks.video import MAX_PROMPT, MAX_SEED, VideoTask

__all__ = ["MAX_PROMPT", "MAX_SEED", "TextToVideo"]


class TextToVideo(VideoTask):
    """As in diffusers' `WanPipeline`; `num_frames` is 4k+1, and the model sets the rate."""

    kind: ClassVar[str] = "text-to-video"

    prompt: Annotated[str, Field(min_length=1, max_length=MAX_PROMPT, json_schema_extra=shown("long_text"))]

    @field_validator("num_frames")
    @classmethod
    def _four_k_plus_one(cls, value: int | None) -> int | None:
        if value is not None and value % 4 != 1:
            raise ValueError("4k+1")
        return value
