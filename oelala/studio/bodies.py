"""Verbs that look before a clip is made: bodies found in the light lane, what does not fit, where they go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oelala.errors import InvalidTask
from oelala.library.characters import keep_avatar
from oelala.library.names import name_of
from oelala.library.searches import found_by, is_film, search_in_film, search_in_picture
from oelala.library.unsaid import no_facts
from oelala.models import catalog
from oelala.studio.poses import PoseVerbs
from oelala.tasks.job import Job
from oelala.tasks.pose_transfer import PoseTransfer

if TYPE_CHECKING:
    from oelala.media.poses.fitting import Fitted
    from oelala.tasks.read_motion import ReadMotion


_FILMS = frozenset({".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".mpg", ".mpeg"})
_POINTS = frozenset({".json", ".zip"})


@dataclass(frozen=True, slots=True)
class Searches:
    """`task`, with what it names kept, and the jobs that look for bodies in its films (of every model that
    makes it) and in its character's picture."""

    task: PoseTransfer
    films: tuple[Job, ...] = ()
    picture: tuple[Job, ...] = ()

    @property
    def jobs(self) -> list[Job]:
        return [*self.films, *self.picture]


class BodyVerbs(PoseVerbs):
    """What the command line does as the page does: one step after the other."""

    def search_for_bodies(
        self, task: PoseTransfer, also: Sequence[str] = (), *, place: bool = False
    ) -> Searches:
        """Queue the searches that the clip needs, but for those that were made before. `also` as in `submit`;
        `place`: for `placed`, too. Of a long film its first part is searched, unless the task says until
        when: `Searches.task` does then.

        Raises as `submit` does, and InvalidTask ("nowhere-to-place", "stays-in-place", "picture-is-film",
        "motion-is-pictures").
        """
        _refuse_mixed_up(task)
        task = keep_avatar(task, self.workspace)
        full = catalog.resolve(task, self.settings)
        assert isinstance(full, PoseTransfer)
        if place and full.image is None:
            raise InvalidTask("nowhere-to-place", field="image")
        if place and full.mode == "replace":
            raise InvalidTask("stays-in-place", field="mode")
        others = [self._resolve_for(task, model) for model in dict.fromkeys(also) if model != task.model]
        kept = self._with_inputs(task)
        assert isinstance(kept, PoseTransfer)
        kept = self._in_part(kept)
        inputs = {name: getattr(kept, name) for name in ("motion", "motion_end", "image")} | no_facts(task)
        ready = [one.model_copy(update=inputs) for one in (full, *others)]
        for other in ready[1:]:
            self._with_inputs(other)
        clips = [one for one in ready if isinstance(one, PoseTransfer)]
        films = [self._film_search(one, Path(task.motion).name) for one in clips]
        named = name_of(self.workspace, full.image or "") or Path(full.image or "").name
        pictures = [search_in_picture(one, named) for one in clips]
        return Searches(kept, self._queued(films), self._queued(pictures))

    def found(self, task: PoseTransfer) -> PoseTransfer:
        """The task with the points that were found in its film in the film's place, if they are of all of it:
        a page can show those."""
        full = catalog.resolve(task, self.settings)
        assert isinstance(full, PoseTransfer)
        if (full.motion_start, full.motion_end) != (0.0, None):
            return task
        motion = found_by(self.workspace, self._film_search(full))
        return task if motion is None else task.model_copy(update={"motion": motion})

    def from_first_seen(self, task: PoseTransfer) -> PoseTransfer:
        """The task from where its person is first seen on, unless it says itself where the motion starts; its
        searches have been made. Raises as `fitted_view`."""
        from oelala.media.poses.source import first_seen

        if "motion_start" in task.model_fields_set:
            return task
        full = catalog.resolve(task, self.settings)
        assert isinstance(full, PoseTransfer)
        wanted = self._wanted(full)
        start = first_seen(self._part(full, wanted), full.person)
        if not start:
            return task
        film = is_film(self.workspace, task.motion)
        # A film from another second on would be another search: its points start where it does.
        motion = found_by(self.workspace, search_in_film(full, wanted)) if film else task.motion
        return task.model_copy(update={"motion": motion or task.motion, "motion_start": start})

    def findings(self, task: PoseTransfer) -> list[dict[str, Any]]:
        """What does not fit, as `media.poses.fit_check.Finding`, serious ones first; for a task whose
        searches have been made. Raises as `fitted_view`."""
        return [asdict(finding) for finding in self._fitted_of(task).findings]

    def placed(self, task: PoseTransfer) -> PoseTransfer:
        """The task with the body where its character stands, as large as they are; its searches have been
        made.

        Raises as `fitted_view`, and InvalidTask ("nowhere-to-place").
        """
        from oelala.media.poses.view import fitted_view

        place = fitted_view(self._fitted_of(task))["place"]
        if place is None:
            raise InvalidTask("nowhere-to-place", field="image")
        return task.model_copy(update=place)

    def _fitted_of(self, task: PoseTransfer) -> Fitted:
        full = catalog.resolve(task, self.settings)
        assert isinstance(full, PoseTransfer)
        return self._fitted(full, found_by(self.workspace, search_in_picture(full)))

    def _in_part(self, task: PoseTransfer) -> PoseTransfer:
        if task.motion_end is not None or not is_film(self.workspace, task.motion):
            return task
        return task.model_copy(update={"motion_end": self.first_end(task.motion, task.motion_start)})

    def _film_search(self, task: PoseTransfer, name: str = "") -> ReadMotion | None:
        if not is_film(self.workspace, task.motion):
            return None
        return search_in_film(task, self._wanted(task), name)

    def _queued(self, searches: Sequence[ReadMotion | None]) -> tuple[Job, ...]:
        """Each once, and none that has been made."""
        new = [one for one in dict.fromkeys(searches) if one and found_by(self.workspace, one) is None]
        return tuple(job for one in new for job in self.submit(one))


def _refuse_mixed_up(task: PoseTransfer) -> None:
    """A film as the character, or a folder of pictures as the motion: each belongs elsewhere."""
    from oelala.media.poses.film import PICTURES  # with OpenCV, which a studio at rest goes without

    picture, motion = Path(task.image or "").expanduser(), Path(task.motion).expanduser()
    if picture.suffix.lower() in _FILMS and picture.is_file():
        raise InvalidTask("picture-is-film", field="image", name=picture.name)
    if motion.is_dir():
        kinds = {path.suffix.lower() for path in motion.glob("*")}
        if kinds & PICTURES and not kinds & _POINTS:
            raise InvalidTask("motion-is-pictures", field="motion", name=motion.name)
