"""A clip from a picture: it becomes the first frame, and moves."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from oelala.tasks.base import shown
from oelala.tasks.video import VideoTask

Framing = Literal["crop", "pad"]
MAX_PATH = 4096


class ImageToVideo(VideoTask):
    """Names as in diffusers' `WanImageToVideoPipeline` and `StableVideoDiffusionPipeline`.

    `image` and `last_image` are paths; once submitted, names of pictures that the workspace keeps
    (`library/inputs.py`). `framing` says how a picture of another shape comes to the clip's size: "crop" cuts
    off what is too much, "pad" adds black bars; (`focus_x`, `focus_y`) is the place in 0 … 1 that a crop
    keeps (0, 0 is the top left corner), (`last_focus_x`, `last_focus_y`) that of the last picture, by default
    the same. `extend` is a clip: what is made goes on where it ends, and both
    become one; without an `image` it begins with its last frame. What a model has no use for is None.
    """

    kind: ClassVar[str] = "image-to-video"

    extend: Annotated[str | None, Field(max_length=MAX_PATH, json_schema_extra=shown("clip"))] = None
    image: Annotated[
        str, Field(max_length=MAX_PATH, validate_default=True, json_schema_extra=shown("image"))
    ] = ""
    last_image: Annotated[str | None, Field(max_length=MAX_PATH, json_schema_extra=shown("image"))] = None
    framing: Annotated[Framing, Field(json_schema_extra=shown("choice"))] = "crop"
    focus_x: Annotated[float, Field(ge=0.0, le=1.0, json_schema_extra=shown("unseen"))] = 0.5
    focus_y: Annotated[float, Field(ge=0.0, le=1.0, json_schema_extra=shown("unseen"))] = 0.5
    last_focus_x: Annotated[float, Field(ge=0.0, le=1.0, json_schema_extra=shown("unseen"))] = 0.5
    last_focus_y: Annotated[float, Field(ge=0.0, le=1.0, json_schema_extra=shown("unseen"))] = 0.5
    min_guidance_scale: Annotated[
        float | None, Field(ge=1.0, le=20.0, json_schema_extra=shown("number", advanced=True, step=0.1))
    ] = None
    max_guidance_scale: Annotated[
        float | None, Field(ge=1.0, le=20.0, json_schema_extra=shown("number", advanced=True, step=0.1))
    ] = None
    motion_bucket_id: Annotated[
        int | None, Field(ge=1, le=255, json_schema_extra=shown("slider", step=1))
    ] = None
    noise_aug_strength: Annotated[
        float | None, Field(ge=0.0, le=1.0, json_schema_extra=shown("slider", advanced=True, step=0.01))
    ] = None
    fps: Annotated[int | None, Field(ge=2, le=30, json_schema_extra=shown("slider", step=1))] = None
    decode_chunk_size: Annotated[
        int | None, Field(ge=1, le=32, json_schema_extra=shown("integer", advanced=True))
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _both_ends_alike(cls, values: Any) -> Any:
        """Clips from before the last picture had a place of its own were framed so."""
        if not isinstance(values, dict):
            return values
        same = {f"last_{name}": values[name] for name in ("focus_x", "focus_y") if name in values}
        return same | values

    @field_validator("image")
    @classmethod
    def _something_to_begin_with(cls, value: str, info: ValidationInfo) -> str:
        if not value and not info.data.get("extend"):
            raise PydanticCustomError(
                "missing", "a picture, or a clip to extend", {"code": "nothing-to-begin"}
            )
        return value
