"""Verbs of motions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oelala.media.poses.request import PoseRequest
from oelala.studio.tasks import TaskVerbs

if TYPE_CHECKING:
    from oelala.media.poses.detect import OnFrame


class PoseVerbs(TaskVerbs):
    """Motions for clips to follow."""

    @staticmethod
    def read_pose(request: PoseRequest, on_frame: OnFrame | None = None) -> dict[str, Any]:
        """The bodies of a film, a picture or OpenPose's JSON, as numbers, and as files where asked."""
        from oelala.media.poses.report import report

        return report(request, on_frame)
