"""Reasons inside faults are said in the user's language, too."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from oelala.errors import OelalaError, reason_of
from oelala.media.poses.openpose_read import read_openpose
from oelala.settings import PROJECT
from oelala.texts import all_texts, explain


def test_a_reason_is_said_in_the_users_language(tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text("{}")
    with pytest.raises(OelalaError) as caught:
        read_openpose(tmp_path / "no.json")
    values = caught.value.values
    assert json.loads(json.dumps(values)) == values, "a job's row keeps it"
    assert str(caught.value).startswith("no.json is not OpenPose's JSON: “people” is missing")
    assert (
        explain("pose-bad-json", values, "nl")[0] == "no.json is geen JSON van OpenPose: “people” ontbreekt"
    )
    stopped = {"reason": reason_of("exit-status", status=-9)}
    assert explain("detector-failed", stopped, "en")[0].endswith("stopped: it ended with status -9")
    assert explain("detector-failed", {"reason": "out of memory"}, "nl")[0].endswith("stopte: out of memory")


def test_every_reason_has_its_words() -> None:
    used = {
        code
        for path in (PROJECT / "oelala").rglob("*.py")
        for code in re.findall(r'reason_of\("([a-z-]+)"', path.read_text(encoding="utf-8"))
    }
    assert used == {"no-answer", "exit-status", "no-progress", "missing", "not-json"}
    assert {f"reason.{code}" for code in used} <= all_texts().keys()
