"""Drawing a kept motion as a film of its own, to take along."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from oelala.tasks.base import Lane, Task


class DrawMotion(Task):
    """`motion`: the name under which points are kept. `model`: whose colours and sticks."""

    kind: ClassVar[str] = "draw-motion"
    lane: ClassVar[Lane] = "light"
    internal: ClassVar[bool] = True

    model: Literal["openpose"] = "openpose"
    motion: Annotated[str, Field(min_length=1, max_length=200)]
