"""Verbs of avatars: made, given more pictures, shown, removed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from oelala.errors import OelalaError
from oelala.library import avatars, characters, inputs
from oelala.library.avatar import Avatar
from oelala.library.avatars import DamagedAvatar
from oelala.library.inputs import KeptPicture
from oelala.media.picture import picture_preview
from oelala.studio.base import Verbs

_SMALL = 256  # pixels a side, where one is chosen


class AvatarVerbs(Verbs):
    """The characters that the workspace keeps."""

    def avatars(self) -> list[Avatar | DamagedAvatar]:
        """By name; damaged ones with what is wrong."""
        return avatars.list_avatars(self.workspace)

    def has_avatar(self, name: str) -> bool:
        """Also a damaged one, and one that differs in capitals alone."""
        return avatars.has_avatar(self.workspace, name)

    def create_avatar(
        self,
        name: str,
        pictures: Sequence[Path],
        *,
        consent: bool,
        description: str = "",
        trigger_word: str = "",
    ) -> Avatar:
        """Raises as `library.avatars.create_avatar`."""
        about = {"description": description, "trigger_word": trigger_word}
        return avatars.create_avatar(self.workspace, name, pictures, consent=consent, **about)

    def avatar_of_picture(self, name: str, reference: str, *, consent: bool) -> Avatar:
        """A new one with a kept picture. Raises as `create_avatar`, and OelalaError ("picture-gone")."""
        picture = inputs.kept_path(self.workspace, reference)
        return avatars.create_avatar(self.workspace, name, [picture], consent=consent)

    def add_references(self, name: str, pictures: Sequence[Path]) -> Avatar:
        """Raises as `library.avatars.add_references`."""
        return avatars.add_references(self.workspace, name, pictures)

    def remove_avatar(self, name: str) -> Path:
        """Returns where it can be put back from. Raises as `library.avatars.remove_avatar`."""
        return avatars.remove_avatar(self.workspace, name)

    def avatar_preview(self, name: str, picture: str) -> bytes:
        """The picture of it whose file is called that, small, as WebP. Raises OelalaError ("picture-gone"
        where it has no such one), and as `library.avatars.read_avatar`."""
        for path in avatars.read_avatar(self.workspace, name).pictures:
            if path.name == picture:
                return picture_preview(path, _SMALL)
        raise OelalaError("picture-gone")

    def keep_character(self, name: str) -> KeptPicture:
        """Its best picture, kept for a job. Raises as `library.avatars.read_avatar` and
        `library.characters.keep_character`."""
        return characters.keep_character(self.workspace, avatars.read_avatar(self.workspace, name))
