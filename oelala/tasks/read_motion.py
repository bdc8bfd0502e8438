"""Finding the bodies in a film, once, for a page to show and for clips to follow."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from oelala.tasks.base import Lane, Task

MAX_PATH = 4096
Detector = Literal["mediapipe", "dwpose", "openpose"]


class ReadMotion(Task):
    """`file` and the part of a film as in `PoseTransfer`; `fps` None: the film's own. `model` is the
    detector: MediaPipe's ships with the studio, the user installs the others. `name`: what messages call the
    file, where its own name says nothing. `hands`, `face`: whether MediaPipe looks for those, too. `stills`:
    whether to keep small pictures of the film, for a page to show."""

    kind: ClassVar[str] = "read-motion"
    lane: ClassVar[Lane] = "light"
    internal: ClassVar[bool] = True

    model: Detector = "mediapipe"
    file: Annotated[str, Field(min_length=1, max_length=MAX_PATH)]
    name: Annotated[str, Field(max_length=200)] = ""
    start: Annotated[float, Field(ge=0.0, le=1e6)] = 0.0
    end: Annotated[float | None, Field(gt=0.0, le=1e6)] = None
    fps: Annotated[float | None, Field(ge=0.1, le=120.0)] = None
    hands: bool = False
    face: bool = False
    stills: bool = False
    max_people: Annotated[int, Field(ge=1, le=8)] = 4
