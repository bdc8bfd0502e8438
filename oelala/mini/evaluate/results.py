"""What the parts of an evaluation leave behind: items as they are judged, rows at the end; a JSON a part."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from oelala.mini.evaluate.statistics import Estimate

Unit = Literal["share", "dB", "s", "ratio", "MB"]
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: what Mini reaches, what renders reach, what is asked; `at_least` or at most.
    `of_renders`: it is they that are asked, and `mini` is None.
    """

    what: str
    unit: Unit
    mini: Estimate | None
    renders: Estimate | None = None
    reach: float | None = None
    at_least: bool = True
    of_renders: bool = False

    @property
    def reached(self) -> bool | None:
        """None where nothing is asked or measured."""
        judged = self.renders if self.of_renders else self.mini
        if self.reach is None or judged is None:
            return None
        # as it is shown: 96.96 % is 97.0 %
        value = round(judged.value, 3)
        return value >= self.reach if self.at_least else value <= self.reach

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Of `asdict`'s form."""
        parts = {name: data[name] and Estimate(**data[name]) for name in ("mini", "renders")}
        return cls(**{**data, **parts})


@dataclass
class PartResult:
    """One part's file. `about` says what was judged and how: items of another are not taken over."""

    path: Path
    about: dict[str, Any]
    items: dict[str, Item] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    note: str = ""

    @classmethod
    def open(cls, path: Path, about: dict[str, Any]) -> Self:
        """What is there of the same model and settings, or an empty one."""
        if path.exists():
            data = json.loads(path.read_text(encoding="utf-8"))
            if data["about"] == about:
                return cls(path, about, data["items"])
        return cls(path, about)

    @classmethod
    def read(cls, path: Path) -> Self:
        """All of a finished or unfinished part. Raises OSError."""
        data = json.loads(path.read_text(encoding="utf-8"))
        rows = [Row.from_json(row) for row in data["rows"]]
        return cls(path, data["about"], data["items"], rows, data["note"])

    def missing(self, keys: list[str]) -> Iterator[str]:
        """The keys without an item, in their order."""
        return (key for key in keys if key not in self.items)

    def add(self, key: str, item: Item) -> None:
        """Keep an item, at once."""
        self.items[key] = item
        self.write()

    def of(self, keys: list[str]) -> list[Item]:
        """The items of those that are there."""
        return [self.items[key] for key in keys if key in self.items]

    def write(self) -> None:
        """Through a file beside it: a run that is stopped leaves a whole one."""
        data = {
            "about": self.about,
            "note": self.note,
            "rows": [asdict(row) for row in self.rows],
            "items": self.items,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(".json.part")
        beside.write_text(json.dumps(data, indent=1, ensure_ascii=False), encoding="utf-8")
        beside.replace(self.path)
