"""What every task that makes a clip by diffusion has: its prompt, its model, and how to sample."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from oelala.tasks.base import Task, shown

MAX_PROMPT = 4000
MAX_SEED = 2**32 - 1
Rounding = Literal["auto", "int8"]


class VideoTask(Task):
    """Names as in diffusers' pipelines. Sizes in pixels.

    `num_videos_per_prompt` n is split on submission into n jobs with the seeds s, s+1, …
    `quantisation` "int8": the transformer's matrices in 8 bits, which changes the picture; "auto": only where
    nothing else fits.
    """

    prompt: Annotated[str, Field(max_length=MAX_PROMPT, json_schema_extra=shown("long_text"))] = ""
    negative_prompt: Annotated[
        str | None, Field(max_length=MAX_PROMPT, json_schema_extra=shown("long_text", advanced=True))
    ] = None
    model: Annotated[str, Field(min_length=1, max_length=200, json_schema_extra=shown("model"))] = (
        "oelala-mini"
    )
    # the id of a LoRA of few steps; "": the model as it is
    speed: Annotated[str | None, Field(max_length=200, json_schema_extra=shown("speed"))] = None
    width: Annotated[int | None, Field(ge=16, le=4096, json_schema_extra=shown("size"))] = None
    height: Annotated[int | None, Field(ge=16, le=4096, json_schema_extra=shown("size"))] = None
    num_frames: Annotated[int | None, Field(ge=1, le=1001, json_schema_extra=shown("length"))] = None
    num_inference_steps: Annotated[
        int | None, Field(ge=1, le=200, json_schema_extra=shown("slider", step=1))
    ] = None
    guidance_scale: Annotated[
        float | None, Field(ge=1.0, le=20.0, json_schema_extra=shown("slider", advanced=True, step=0.1))
    ] = None
    guidance_scale_2: Annotated[
        float | None, Field(ge=1.0, le=20.0, json_schema_extra=shown("number", advanced=True, step=0.1))
    ] = None
    flow_shift: Annotated[
        float | None, Field(gt=0.0, le=30.0, json_schema_extra=shown("slider", advanced=True, step=0.1))
    ] = None
    # A number, for a slider is never empty, and most models do not have it.
    first_block_cache: Annotated[
        float | None, Field(ge=0.0, le=0.5, json_schema_extra=shown("number", advanced=True, step=0.01))
    ] = None
    sage_attention: Annotated[bool | None, Field(json_schema_extra=shown("switch", advanced=True))] = None
    quantisation: Annotated[Rounding | None, Field(json_schema_extra=shown("choice", advanced=True))] = None
    seed: Annotated[int | None, Field(ge=0, le=MAX_SEED, json_schema_extra=shown("seed"))] = None
    num_videos_per_prompt: Annotated[
        int, Field(ge=1, le=16, json_schema_extra=shown("integer", advanced=True))
    ] = 1
