"""Sentences: chosen by the user's languages, filled with values, and never a traceback."""

from __future__ import annotations

import pytest

from oelala.errors import InvalidTask, OelalaError
from oelala.texts import Language, choose_language, explain, say


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("de,en;q=0.5,nl;q=0.7", "nl"),
        ("en-US,nl;q=0.9", "en"),
        ("fr", "en"),
        ("nl_BE.UTF-8", "nl"),
        ("nl;q=abc,en;q=0.1", "en"),
    ],
)
def test_the_best_language_we_speak(wishes: str | None, language: Language) -> None:
    assert choose_language(wishes) == language


def test_values_fill_the_sentence() -> None:
    assert say("error.port-in-use", "en", port=7860) == "Port 7860 is in use by another program."
    with pytest.raises(KeyError):
        say("error.nobody-knows", "en")


def test_a_fault_says_what_and_what_next() -> None:
    fault = OelalaError("unknown-model", model="x", known="oelala-mini")
    assert str(fault) == "There is no model called “x”. Choose one of: oelala-mini."
    assert explain(fault.code, fault.values, "nl")[0] == "Er is geen model met de naam “x”."


def test_a_code_of_another_version_still_reads() -> None:
    message, hint = explain("from-the-future", {}, "en")
    assert "from-the-future" in message
    assert hint
    assert explain("unknown-model", {"renamed": "x"}, "en") == ("unknown-model", "")


def test_values_with_braces_are_not_placeholders() -> None:
    assert "{known}" in explain("unknown-model", {"model": "{known}", "known": "a"}, "en")[0]


def test_a_fault_may_belong_to_a_field() -> None:
    fault = InvalidTask("too-small", "width", least=16)
    assert (fault.field, fault.values) == ("width", {"least": 16})


@pytest.mark.parametrize(
    ("value", "said"),
    [("5.1 GB", "5,1 GB"), (0.5, "0,5"), ("2.13.0", "2.13.0"), ("clip 1.5 GB.mp4", "clip 1.5 GB.mp4")],
)
def test_dutch_numbers_have_a_comma_and_names_keep_their_points(value: object, said: str) -> None:
    assert say("plan.download", "nl", size=value) == f"Eerst {said} ophalen."
