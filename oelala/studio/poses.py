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
from oelala.library.unsaid import Facts, unsaid_of
from oelala.media.poses.request import PoseRequest
from oelala.models import catalog
from oelala.studio.films import FilmVerbs
from oelala.tasks.draw_motion import DrawMotion
from oelala.tasks.job import Job
from oelala.tasks.pose_transfer import PoseTransfer

if TYPE_CHECKING:
    from oelala.media.poses.detect import OnFrame
    from oelala.media.poses.document import Pose
    from oelala.media.poses.fit_check import Finding

_FITTED = (
    "person", "mode", "bones", "pose_scale", "shift_x", "shift_y", "motion_start", "motion_end", "framing",
    "focus_x", "focus_y",
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
        found in one, `searched`, as `searched_part`, and `unsaid`: whether its file says neither `fps` nor
        `size`, or None. Raises OelalaError ("motion-gone")."""
        from oelala.media.poses.view import view_of

        view = view_of(self._pose(motion))
        film = motions.film_of(self.workspace, motion) is not None
        searched = self.searched_part(motion) if film else None
        return {**view, "film": film, "searched": searched, "unsaid": self._unsaid(motion)}

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
        """What a pose-transfer task would draw, and what does not fit, as `media.poses.view.fitted_view`.

        `values`: fields of the task. `character`: the kept motion found in the character's picture. Raises
        InvalidTask, OelalaError ("motion-gone", "cut-empty", "unknown-model").
        """
        from oelala.media.picture import Framing
        from oelala.media.poses.fitting import Target, fit_motion
        from oelala.media.poses.retarget import frame_pose
        from oelala.media.poses.source import part_of
        from oelala.media.poses.view import fitted_view

        sizes = {name: values[name] for name in ("width", "height", "num_frames")}
        wish = {name: values[name] for name in _FITTED if values.get(name) is not None}
        asked = {"motion": values.get("motion"), "prompt": "–", "model": values.get("model"), **sizes, **wish}
        task = read_task(PoseTransfer.kind, asked)
        assert isinstance(task, PoseTransfer)
        pose = self._pose(task.motion)
        if task.person >= len(pose.people):
            raise InvalidTask("no-such-person", field="person", count=len(pose.people), person=task.person)
        part = part_of(pose, task.motion_start, task.motion_end, task.motion).only(task.person)
        fit = fit_of(task)
        size = (task.width or 256, task.height or 256)
        other = None
        if character is not None and task.mode != "replace":
            framing = Framing(*size, task.framing, task.focus_x, task.focus_y)
            other = frame_pose(self._pose(character), framing)
        target = Target(*size, float(self._row(task.model).fps), task.num_frames or 1)
        fitted = fit_motion(part, other, target, fit)
        findings = (*fitted.findings, *self._guessed(task.motion, pose))
        return fitted_view(replace(fitted, findings=findings))

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

        unsaid = unsaid_of(self.workspace, motion)
        findings = []
        if unsaid is not None and unsaid.size == "guessed":
            findings.append(Finding("size-guessed", values={"width": pose.width, "height": pose.height}))
        if unsaid is not None and unsaid.fps == "guessed":
            findings.append(Finding("rate-guessed", values={"fps": _short(pose.fps)}))
        return findings

    def search_for_place(self, task: PoseTransfer) -> tuple[PoseTransfer, dict[str, Job]]:
        """The task with what it names kept, and by field the searches for bodies that `placed` waits for.

        Raises as `submit` does, and InvalidTask ("nowhere-to-place", "stays-in-place").
        """
        from oelala.media.poses.styles import STYLES

        full = catalog.resolve(task, self.settings)
        if full.image is None:
            raise InvalidTask("nowhere-to-place", field="image")
        if full.mode == "replace":
            raise InvalidTask("stays-in-place", field="mode")
        kept = self._with_inputs(task)
        assert isinstance(kept, PoseTransfer)
        assert kept.image is not None
        searches = {"image": self.find_motion(kept.image, Path(full.image).name)}
        film = motions.film_of(self.workspace, kept.motion)
        if film is not None and film.name == kept.motion:
            style = STYLES[full.pose_style or "openpose"]
            closely = style.hands or style.face
            name = Path(task.motion).name
            searches["motion"] = self.find_motion(kept.motion, name, detector=full.detector, closely=closely)
        return kept, searches

    def placed(self, task: PoseTransfer, found: Mapping[str, str]) -> PoseTransfer:
        """The task with the body where its character stands, as large as they are. `found`: by field, the
        motion in its picture, and in its film if that is one.

        Raises as `fitted_view`, and InvalidTask ("nowhere-to-place").
        """
        moved = task.model_copy(update={"motion": found.get("motion", task.motion)})
        values = catalog.resolve(moved, self.settings).model_dump()
        place = self.fitted_view(values, found["image"])["place"]
        if place is None:
            raise InvalidTask("nowhere-to-place", field="image")
        return moved.model_copy(update=place)

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
