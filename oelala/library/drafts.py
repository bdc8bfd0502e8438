"""An output on its way: whole under its final names, or not there at all."""

from __future__ import annotations

import secrets
from pathlib import Path

from oelala.library.files import PART, flush_folder, flush_to_disk
from oelala.library.naming import document_of, poster_of
from oelala.media.video import remove_quietly


class Drafts:
    """The three files of one output under temporary names in the folder where they belong.

    `frames`: one more, for frames whose tags are not known yet.
    """

    def __init__(self, path: Path) -> None:
        self._targets = [document_of(path), poster_of(path), path]
        mark = secrets.token_hex(4)  # an ffmpeg of a killed attempt may still be closing its own draft
        self._drafts = [target.with_name(f".{target.name}.{mark}{PART}") for target in self._targets]
        self.document, self.poster, self.video = self._drafts
        self.frames = path.with_name(f".{path.name}.{mark}.frames{PART}")

    def publish(self) -> None:
        """What is at the final path is on the disk before its name is; the mp4's name comes last."""
        for draft in self._drafts:
            with draft.open("rb+") as file:
                flush_to_disk(file.fileno())
        for draft, target in zip(self._drafts, self._targets, strict=True):
            draft.replace(target)
        day = self._targets[0].parent
        flush_folder(day)
        flush_folder(day.parent)

    def discard(self) -> None:
        """Remove what was not published, and what was without its mp4."""
        for draft in (*self._drafts, self.frames):
            remove_quietly(draft)
        if not self._targets[-1].exists():
            for target in self._targets:
                remove_quietly(target)
