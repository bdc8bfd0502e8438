"""A clip in which somebody follows the motion of somebody else."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from oelala.tasks.base import shown
from oelala.tasks.image_to_video import Framing
from oelala.tasks.read_motion import Detector
from oelala.tasks.video import VideoTask

PoseStyle = Literal["openpose", "body", "vace", "animate"]
Mode = Literal["animate", "replace"]
MAX_PATH, MAX_NAME = 4096, 200


class PoseTransfer(VideoTask):
    """Names as in diffusers' `WanVACEPipeline` and `WanAnimatePipeline`.

    `motion`: a film, a picture, OpenPose's JSON (a file, a folder or a zip), or a shipped motion's name; of a
    film the part from `motion_start` to `motion_end`, in seconds. `motion_fps` and `motion_width` ×
    `motion_height` are for JSON that does not say them: otherwise they are guessed. `person` counts from 0,
    the most prominent first. `detector`: what finds the bodies of a film or a picture, and found those of a
    motion that is kept.
    `avatar`: the name of a character that the workspace keeps; what it knows takes the place of a picture
    and of a prompt that are not there (`library/avatars.py`). `image`: who is to do it; None: the avatar, or
    whom the prompt describes. `framing` and its focus as in `ImageToVideo`.

    `bones` 0 … 1: how far the driver's bones take the lengths of the character's. `pose_scale` and the shifts
    (in widths and heights of the frame) size and move the drawn body. `conditioning_scale` is the strength of
    the control, from `control_start` to `control_end` (0 … 1 of the steps), where the model has one.
    `pose_style`: how the model has seen poses drawn. `mode` "replace" keeps the film the motion comes from
    and puts the character in the driver's place, where `pose_scale` and the shifts have no say; "animate"
    makes all of the picture anew.
    """

    kind: ClassVar[str] = "pose-transfer"

    motion: Annotated[str, Field(min_length=1, max_length=MAX_PATH, json_schema_extra=shown("motion"))]
    motion_start: Annotated[float, Field(ge=0.0, le=1e6, json_schema_extra=shown("unseen"))] = 0.0
    motion_end: Annotated[float | None, Field(gt=0.0, le=1e6, json_schema_extra=shown("unseen"))] = None
    motion_fps: Annotated[float | None, Field(ge=0.1, le=1000.0)] = None
    motion_width: Annotated[int | None, Field(ge=16, le=16_384)] = None
    motion_height: Annotated[int | None, Field(ge=16, le=16_384, validate_default=True)] = None
    person: Annotated[int, Field(ge=0, le=99, json_schema_extra=shown("unseen"))] = 0
    detector: Annotated[Detector, Field(json_schema_extra=shown("unseen"))] = "mediapipe"
    avatar: Annotated[str, Field(max_length=MAX_NAME, json_schema_extra=shown("avatar"))] = ""
    image: Annotated[
        str | None, Field(max_length=MAX_PATH, validate_default=True, json_schema_extra=shown("image"))
    ] = None
    framing: Annotated[Framing, Field(json_schema_extra=shown("choice"))] = "pad"
    focus_x: Annotated[float, Field(ge=0.0, le=1.0, json_schema_extra=shown("unseen"))] = 0.5
    focus_y: Annotated[float, Field(ge=0.0, le=1.0, json_schema_extra=shown("unseen"))] = 0.5
    mode: Annotated[Mode | None, Field(json_schema_extra=shown("choice"))] = None
    bones: Annotated[float, Field(ge=0.0, le=1.0, json_schema_extra=shown("slider", step=0.05))] = 1.0
    pose_scale: Annotated[float, Field(ge=0.2, le=5.0, json_schema_extra=shown("slider", step=0.05))] = 1.0
    shift_x: Annotated[float, Field(ge=-1.0, le=1.0, json_schema_extra=shown("slider", step=0.01))] = 0.0
    shift_y: Annotated[float, Field(ge=-1.0, le=1.0, json_schema_extra=shown("slider", step=0.01))] = 0.0
    conditioning_scale: Annotated[
        float | None, Field(ge=0.0, le=2.0, json_schema_extra=shown("slider", step=0.05))
    ] = None
    control_start: Annotated[
        float | None, Field(ge=0.0, le=1.0, json_schema_extra=shown("slider", advanced=True, step=0.05))
    ] = None
    control_end: Annotated[
        float | None, Field(ge=0.0, le=1.0, json_schema_extra=shown("slider", advanced=True, step=0.05))
    ] = None
    pose_style: Annotated[PoseStyle | None, Field(json_schema_extra=shown("choice", advanced=True))] = None

    @field_validator("image")
    @classmethod
    def _somebody_to_move(cls, value: str | None, info: ValidationInfo) -> str | None:
        if not value and not info.data.get("prompt") and not info.data.get("avatar"):
            raise PydanticCustomError(
                "missing", "a picture, an avatar, or a prompt", {"code": "nobody-to-move"}
            )
        return value or None

    @field_validator("motion_height")
    @classmethod
    def _both_sides(cls, value: int | None, info: ValidationInfo) -> int | None:
        if (value is None) != (info.data.get("motion_width") is None):
            raise ValueError("--motion-width + --motion-height")
        return value

    @field_validator("motion_end", "control_end")
    @classmethod
    def _after_its_start(cls, value: float | None, info: ValidationInfo) -> float | None:
        start = info.data.get(str(info.field_name).replace("_end", "_start"))
        if value is not None and start is not None and value <= start:
            raise ValueError(f"{start} < {value}?")
        return value
