"""Verbs of motions: kept, read by a job of the light lane, shown, and fitted to a character."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oelala.errors import InvalidTask, OelalaError
from oelala.kinds import read_task
from oelala.library import motions
from oelala.library.fits import fit_of
from oelala.library.inputs import is_kept
from oelala.library.motions import KeptMotion
from oelala.library.names import name_of
from oelala.library.naming import comparison_of, document_of
from oelala.library.provenance import read_document
from oelala.library.searches import found_by, is_film, search_in_film, wanted_of
from oelala.library.unsaid import Facts, Guess, guessed, unsaid_of
from oelala.media.poses.request import PoseRequest
from oelala.studio.films import FilmVerbs
from oelala.tasks.draw_motion import DrawMotion
from oelala.tasks.job import Job
from oelala.tasks.pose_transfer import PoseTransfer

if TYPE_CHECKING:
    from oelala.media.poses.detect import OnFrame
    from oelala.media.poses.document import Pose
    from oelala.media.poses.fit_check import Finding
    from oelala.media.poses.fitting import Fitted
    from oelala.media.poses.parts import Wanted

_FITTED = (
    "person", "mode", "bones", "pose_scale", "shift_x", "shift_y", "motion_start", "motion_end", "framing",
    "focus_x", "focus_y", "pose_style",
)  # fmt: skip


class PoseVerbs(FilmVerbs):
    """Motions for clips to follow."""

    @staticmethod
    def read_pose(request: PoseRequest, on_frame: OnFrame | None = None) -> dict[str, Any]:
        """The bodies of a film, a picture or OpenPose's JSON, as numbers, and as files where asked."""
        from oelala.media.poses.report import report

        return report(request, on_frame)

    def keep_motion(self, source: Path, name: str | None = None) -> KeptMotion:
        """Check a film, a picture or OpenPose's JSON and keep it. Raises as `library.motions.keep_source`."""
        return motions.keep_source(self.workspace, source, name)

    def knows_motion(self, motion: object) -> bool:
        return motions.knows_motion(self.workspace, motion)

    def motion_view(self, motion: str) -> dict[str, Any]:
        """A kept or shipped motion as a page draws it: `media.poses.view.view_of`, `film`: whether it was
        found in one, `stills`, as `media.poses.view.stills_view`, `searched`, as `searched_part`, and
        `unsaid`: whether its file says neither `fps` nor `size`, or None. Raises OelalaError ("motion-gone").
        """
        from oelala.media.poses.view import view_of

        film = motions.film_of(self.workspace, motion) is not None
        return {
            **view_of(self._pose(motion)),
            "film": film,
            "stills": self._stills_view(motion),
            "searched": self.searched_part(motion) if film else None,
            "unsaid": self._unsaid(motion),
        }

    def motion_stills(self, motion: str) -> Path:
        """Stills of the film that it was found in, as one picture. Raises OelalaError ("no-such-file")."""
        stills = motions.stills_of(self.workspace, motion) if self.knows_motion(motion) else None
        if stills is None:
            raise OelalaError("no-such-file", path=f"{motion[:80]}.webp")
        return stills[0]

    def _stills_view(self, motion: str) -> dict[str, Any] | None:
        from oelala.media.poses.view import stills_view

        stills = motions.stills_of(self.workspace, motion)
        return None if stills is None else stills_view(self._pose(motion), stills[1])

    def _unsaid(self, motion: str) -> dict[str, bool] | None:
        unsaid = unsaid_of(self.workspace, motion)
        return None if unsaid is None else {"fps": unsaid.fps != "file", "size": unsaid.size != "file"}

    def motion_points(self, motion: str) -> Path:
        """A kept or shipped motion as a zip of OpenPose's JSON, one file a frame. Raises OelalaError
        ("motion-gone", "out-of-disk", "not-writable")."""
        pose = self._pose(motion)
        kept = motion if is_kept(self.workspace, motion) else motions.keep_motion(self.workspace, pose)
        return self.workspace.inputs / kept

    def draw_motion(self, motion: str) -> Job:
        """Queue the drawing of its skeleton as a film. Raises as `motion_points`."""
        return self.submit(DrawMotion(motion=self.motion_points(motion).name))[0]

    def motion_drawing(self, motion: str) -> Path:
        """That film. Raises OelalaError ("no-such-file") before it is drawn, and as `motion_points`."""
        film = motions.drawing_of(self.workspace, self.motion_points(motion).name)
        if not film.is_file():
            raise OelalaError("no-such-file", path=f"{motion[:80]}.mp4")
        return film

    def fitted_view(self, values: Mapping[str, Any], character: str | None = None) -> dict[str, Any]:
        """What a pose-transfer task would draw, and what does not fit, as `media.poses.view.fitted_view`; and
        `stills` of the film where it stays.

        `values`: fields of the task. `character`: the kept motion found in the character's picture. Raises
        InvalidTask, OelalaError ("motion-gone", "cut-empty", "unknown-model").
        """
        from oelala.media.poses.view import fitted_view

        sizes = {name: values[name] for name in ("width", "height", "num_frames")}
        wish = {name: values[name] for name in _FITTED if values.get(name) is not None}
        asked = {"motion": values.get("motion"), "prompt": "–", "model": values.get("model"), **sizes, **wish}
        task = read_task(PoseTransfer.kind, asked)
        assert isinstance(task, PoseTransfer)
        stills = self._stills_view(task.motion) if task.mode == "replace" else None
        return {**fitted_view(self._fitted(task, character)), "stills": stills}

    def _fitted(self, task: PoseTransfer, character: str | None) -> Fitted:
        """As the job will fit it, with all that its metadata will say does not fit."""
        from oelala.media.picture import Framing
        from oelala.media.poses.fitting import Target, fit_motion
        from oelala.media.poses.parts import check_parts
        from oelala.media.poses.retarget import frame_pose

        fit, wanted = fit_of(task), self._wanted(task)
        part = self._part(task, wanted)
        size = (task.width or 256, task.height or 256)
        other = None
        if character is not None and task.mode != "replace":
            framing = Framing(*size, task.framing, task.focus_x, task.focus_y)
            other = frame_pose(self._pose(character), framing)
        target = Target(*size, float(self._row(task.model).fps), task.num_frames or 1)
        fitted = fit_motion(part, other, target, fit, person=task.person, start=task.motion_start)
        film = motions.film_of(self.workspace, task.motion) is not None
        lacking = check_parts(part.people[task.person], wanted, film=film)
        return replace(fitted, findings=(*fitted.findings, *lacking, *self._guessed(task.motion, part)))

    def read_again(self, motion: str, fps: float | None, size: tuple[int, int] | None) -> KeptMotion:
        """A kept motion whose JSON says too little once more, with what the visitor knows of it; None: it is
        guessed. Raises OelalaError ("motion-gone"), and as `library.motions.keep_source`."""
        unsaid = unsaid_of(self.workspace, motion)
        if unsaid is None:
            raise OelalaError("motion-gone")
        source = self.workspace.inputs / unsaid.file
        name = name_of(self.workspace, motion) or "JSON"
        return motions.keep_source(self.workspace, source, name, Facts(fps, size))

    def _guessed(self, motion: str, pose: Pose) -> list[Finding]:
        from oelala.media.poses.fit_check import Finding

        values: dict[Guess, dict[str, Any]] = {
            "size-guessed": {"width": pose.width, "height": pose.height},
            "rate-guessed": {"fps": _short(pose.fps)},
        }
        return [Finding(code, values=values[code]) for code in guessed(self.workspace, motion)]

    def _wanted(self, task: PoseTransfer) -> Wanted:
        """What the model is shown besides the body, in its own style where the task names none."""
        row = self._row(task.model)
        style = task.pose_style or row.defaults.get(task.kind, {}).get("pose_style")
        return wanted_of(task.model_copy(update={"pose_style": style}), row.pipelines.get(task.kind, ""))

    def _part(self, task: PoseTransfer, wanted: Wanted) -> Pose:
        """The part of the motion that drives; of a film what its search found there."""
        from oelala.media.poses.source import part_of

        if is_film(self.workspace, task.motion):
            found = found_by(self.workspace, search_in_film(task, wanted))
            if found is None:
                raise OelalaError("motion-gone")
            part = self._pose(found)
        else:
            part = part_of(self._pose(task.motion), task.motion_start, task.motion_end, task.motion)
        if task.person >= len(part.people):
            raise InvalidTask("no-such-person", field="person", count=len(part.people), person=task.person)
        return part

    def clip_score(self, clip: Path) -> dict[str, Any]:
        """How well a finished clip follows its motion: `Score.as_json` with `fps`, and `side_by_side`, a film
        below the outputs folder, or None. Empty for a clip that follows none, or was not measured."""
        document = read_document(document_of(clip))
        pose = document.get("pose")
        score = pose.get("score") if isinstance(pose, dict) else None
        if not isinstance(score, dict):
            return {}
        beside = comparison_of(clip)
        outputs = self.workspace.outputs.resolve()
        film = beside.relative_to(outputs).as_posix() if beside.is_file() else None
        return {**score, "fps": document.get("video", {}).get("fps"), "side_by_side": film}

    def _pose(self, motion: str) -> Pose:
        if not self.knows_motion(motion):
            raise OelalaError("motion-gone")
        return _read(motions.motion_file(self.workspace, motion))


def _short(number: float) -> float:
    """30 rather than 30.0, where it is read."""
    return int(number) if float(number).is_integer() else round(number, 3)


@lru_cache(maxsize=8)
def _read(file: str) -> Pose:
    """A kept motion never changes, and a slider asks for it many times."""
    from oelala.media.poses.openpose_read import is_openpose
    from oelala.media.poses.source import MotionSource, read_motion

    if Path(file).exists() and not is_openpose(Path(file)):
        raise OelalaError("motion-gone")  # a film: nobody has been found in it yet
    return read_motion(MotionSource(file))
