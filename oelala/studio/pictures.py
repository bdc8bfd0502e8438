"""Verbs of the pictures and clips that clips begin from, and of finished clips."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oelala.errors import OelalaError
from oelala.kinds import read_task
from oelala.library import inputs
from oelala.library import outputs as output_files
from oelala.library.files import copy_file, write_file
from oelala.library.inputs import KeptPicture
from oelala.library.outputs import Output
from oelala.library.provenance import joins_of
from oelala.library.titles import title_of
from oelala.media.picture import picture_preview, png_of
from oelala.media.video import probe, read_frames
from oelala.models import catalog
from oelala.studio.base import Verbs
from oelala.tasks.base import Task
from oelala.tasks.image_to_video import ImageToVideo


class PictureVerbs(Verbs):
    """Everything a page may show or begin from; it names what is kept, and never a path."""

    def keep_picture(self, source: Path, name: str | None = None) -> KeptPicture:
        """Check a picture and keep it in the workspace. Raises as `library.inputs.keep_picture`."""
        return inputs.keep_picture(self.workspace, source, name)

    def keep_film(self, source: Path, name: str | None = None) -> str:
        """Keep a film that frames are taken from, and answer what to call it. Raises as
        `library.inputs.keep_clip`."""
        return inputs.keep_clip(self.workspace, source, name)

    def kept_file(self, reference: str) -> Path:
        """Where a kept picture or film lies. Raises OelalaError ("picture-gone")."""
        return inputs.kept_path(self.workspace, reference)

    def keep_frame(self, clip: Path, seconds: float | None = None) -> KeptPicture:
        """Keep a frame of a clip, by default its last. Raises as `library.inputs.keep_frame`."""
        return inputs.keep_frame(self.workspace, clip, seconds)

    def continue_clip(self, clip: Path) -> dict[str, Any]:
        """Values for image-to-video that go on where a clip ends, as it was made, and become one with it.

        The model's own settings come along where it can do this; else another model is chosen that makes
        clips of this size and rate. Raises OelalaError ("cannot-continue") where none does, and as
        `keep_frame`.
        """
        film = probe(clip)
        try:
            before = self.restore(clip).model_dump()
        except OelalaError:  # a clip of another program: it has a last frame all the same
            before = {}
        values = catalog.going_on(before, film, ImageToVideo, self.settings)
        return values | {
            "image": self.keep_frame(clip).reference,
            "extend": inputs.keep_clip(self.workspace, clip),
        }

    def clip_joins(self, clip: Path) -> list[dict[str, Any]]:
        """Where a finished clip was joined, first to last, each as `media.join.Join`; empty for one that was
        made in one go."""
        return joins_of(clip)

    def keeps_picture(self, reference: object) -> bool:
        return inputs.is_kept(self.workspace, reference)

    def picture_preview(self, reference: str) -> bytes:
        """A kept picture as the model will see it, as WebP. Raises OelalaError ("picture-gone", …)."""
        return picture_preview(inputs.kept_path(self.workspace, reference))

    def outputs(self, limit: int = 60, offset: int = 0) -> list[Output]:
        """Newest first."""
        return output_files.list_outputs(self.workspace, limit, offset, catalog.own_prompts())

    def title_of(self, task: Mapping[str, Any]) -> str:
        """What a clip of the task is called, as `library.titles.title_of`."""
        return title_of(task, self.workspace, catalog.own_prompts())

    def restore(self, source: Path) -> Task:
        """The task inside an mp4 or JSON that Oelala made, for a form to show.

        Raises OelalaError ("no-metadata", "unreadable-file") and InvalidTask.
        """
        values = dict(output_files.read_settings_of(source))
        return read_task(str(values.pop("kind", "")), values)

    def copy_output(self, source: Path, target: Path) -> Path:
        """Returns `target`, which is all there or as it was; for a .png the clip's first frame. Raises as
        `library.files.copy_file`."""
        if target.suffix.lower() == ".png":
            write_file(target, png_of(next(iter(read_frames(source)))))
        else:
            copy_file(source, target)
        return target
