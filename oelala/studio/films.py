"""Verbs of films that motions come from: what is in them, and the search for bodies in a part of one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from oelala.errors import InvalidTask, OelalaError
from oelala.kinds import read_task
from oelala.library import film_parts, motions
from oelala.library.film_parts import FilmPart
from oelala.studio.tasks import TaskVerbs
from oelala.tasks.job import Job
from oelala.tasks.read_motion import Detector, ReadMotion

if TYPE_CHECKING:
    from oelala.media.poses.film import Film


class FilmVerbs(TaskVerbs):
    """Films, and pictures, as they are kept for motions."""

    def detectors(self) -> dict[str, OelalaError | None]:
        """What can find bodies, and what each lacks on this computer; None: nothing."""
        from oelala.media.poses.available import obstacle

        return {detector: obstacle(detector, self.settings.models) for detector in get_args(Detector)}

    def find_motion(
        self,
        reference: str,
        name: str = "",
        *,
        detector: str = "mediapipe",
        closely: bool = False,
        part: FilmPart | None = None,
    ) -> Job:
        """Queue the search for bodies in a kept film or picture, or once more in the film that a kept motion
        was found in; `closely`: for hands and faces, too. `part` None: where that motion was found, or in
        all of the film. The job's details are `ReadMotion`'s.

        Raises InvalidTask, and OelalaError ("motion-gone", "no-dwpose", "no-openpose").
        """
        film = motions.film_of(self.workspace, reference)
        if film is None:
            raise OelalaError("motion-gone")
        if part is None:
            part = film_parts.film_part_of(self.workspace, reference)
        wish = {"file": film.name, "name": name, "hands": closely, "face": closely, "stills": True}
        where = {"start": part.start, "end": part.end, "fps": part.fps}
        task = read_task(ReadMotion.kind, {"model": detector, **wish, **where})
        if part.end is not None and part.end <= part.start:
            values = {"start": part.start, "end": part.end, "fps": part.fps or "…"}
            raise InvalidTask("bad-part", field="end", **values)
        if fault := self.detectors()[task.model]:
            raise fault
        return self.submit(task)[0]

    def first_part(self, reference: str, clip_fps: float | None = None) -> FilmPart:
        """What of a kept film is searched before anybody chose: all of it, or its beginning where it is long.
        `clip_fps`: of the model. Raises as `film_view`."""
        film = self._film(reference)
        return film_parts.first_part(film.seconds, film.fps, clip_fps)

    def first_end(self, reference: str, start: float = 0.0) -> float | None:
        """As `first_part`, from that second of a kept film on: until where; None: to its end."""
        return film_parts.first_end(self._film(reference).seconds, start)

    def chosen_part(self, reference: str, start: float, end: float, fps: float | None = None) -> FilmPart:
        """That part (seconds), at `fps` frames a second at most. Raises as `film_view`."""
        return film_parts.chosen_part(self._film(reference).fps, FilmPart(start, end, fps))

    def film_view(self, reference: str) -> dict[str, Any]:
        """A kept film, or the one a kept motion was found in: `seconds` (0 of a picture) and `fps`. Raises
        OelalaError ("motion-gone"), and as `open_film`."""
        film = self._film(reference)
        return {"seconds": round(film.seconds, 2), "fps": round(film.fps, 3)}

    def searched_part(self, motion: str) -> dict[str, float] | None:
        """`start`, `end` and the film's `seconds`, where a kept motion was found in a part of a film only."""
        noted = film_parts.noted_film(self.workspace, motion)
        if noted is None or noted[1].is_whole:
            return None
        part, seconds = noted[1], round(_look(str(noted[0])).seconds, 2)
        end = seconds if part.end is None else min(part.end, seconds)
        return {"start": part.start, "end": end, "seconds": seconds}

    def _film(self, reference: str) -> Film:
        film = motions.film_of(self.workspace, reference)
        if film is None:
            raise OelalaError("motion-gone")
        return _look(str(film))


@lru_cache(maxsize=32)
def _look(file: str) -> Film:
    """A kept film never changes, and to count its frames all of it is read."""
    from oelala.media.poses.film import open_film

    return open_film(Path(file))
