"""The same model in other weights, to be named where the one that was asked for does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from oelala.media.faults import human_bytes


@dataclass(frozen=True, slots=True)
class Instead:
    """`id` and `title` of a model that fits, and how many bytes a download would bring, or at most bring."""

    id: str
    title: str
    bytes: int
    exact: bool

    @property
    def words(self) -> tuple[str, Mapping[str, str]]:
        """What to say of it: a key of the texts, and its values."""
        named = {"model": self.title, "id": self.id}
        if not self.bytes:
            return "fits.instead.here", named
        return "fits.instead", {**named, "size": f"{'' if self.exact else '≤ '}{human_bytes(self.bytes)}"}
