"""A model brought to this computer."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from oelala.tasks.base import Lane, Task


class Download(Task):
    """`model` is a catalog id. To cancel is to pause: what came is kept, and the same task goes on."""

    kind: ClassVar[str] = "download"
    lane: ClassVar[Lane] = "light"
    internal: ClassVar[bool] = True

    model: Annotated[str, Field(min_length=1, max_length=200)]
