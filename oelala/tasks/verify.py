"""The files of a model compared with what they should be."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from oelala.tasks.base import Lane, Task


class Verify(Task):
    """`model` is a catalog id, also of a LoRA of few steps."""

    kind: ClassVar[str] = "verify"
    lane: ClassVar[Lane] = "light"
    internal: ClassVar[bool] = True

    model: Annotated[str, Field(min_length=1, max_length=200)]
