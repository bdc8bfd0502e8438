"""What is said of a plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oelala.models.planning import Abilities, plan_run
from oelala.models.planning.words import duration, memory_size
from oelala.texts import LANGUAGES, Language, say
from tests.models.planning.machines import EVERYTHING, GIB, machine, request


def said(language: Language, *asked: object) -> str:
    plan = plan_run(request(*asked))  # type: ignore[arg-type]
    return " ".join(say(key, language, **values) for key, values in plan.words)


def test_the_sentence_before_generate() -> None:
    on = machine(12, 64)
    assert said("en", "wan2.1-t2v-1.3b", on, EVERYTHING) == (
        "Fits: 8.7 GB of 12 GB on the graphics card, about 26 min. "
        "Of that, loading the model takes about 9 s. "
        "Parts of the model wait in main memory and pass through the card."
    )
    assert said("nl", "wan2.1-t2v-14b", machine(12, 24), EVERYTHING).startswith("Past: 6,6 GB van 12 GB")
    assert "8 bits" in said("en", "wan2.1-t2v-14b", machine(12, 24), EVERYTHING)


@pytest.mark.parametrize(("language", "word"), [("en", "disk"), ("nl", "schijf")])
def test_where_the_transformer_waits_is_said(language: Language, word: str) -> None:
    """Main memory is not where 57 GB of weights wait on a computer of 32."""
    from_disk = said(language, "wan2.2-t2v-a14b-bf16", machine(12, 30))
    assert word in from_disk
    assert say("plan.streamed", language) not in from_disk
    assert say("plan.streamed", language) in said(language, "wan2.1-t2v-14b-gguf", machine(12, 30))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_that_cannot_be_used_is_named(language: Language) -> None:
    card = machine(12, 64)
    without = replace(card, gpus=(), unused_gpus=card.gpus)
    sentence = said(language, "wan2.1-t2v-14b", without)
    assert "NVIDIA GeForce RTX 3060" in sentence
    assert "64 GB" in sentence
    assert "12 GB" not in sentence


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("vram", [0, 4, 12, 80])
@pytest.mark.parametrize("ram", [4, 32, 256])
@pytest.mark.parametrize("model", ["oelala-mini", "wan2.1-t2v-14b", "svd", "flux.1-dev"])
def test_every_plan_can_be_said(language: Language, vram: int, ram: int, model: str) -> None:
    sentence = said(language, model, machine(vram, ram), Abilities())
    assert "{" not in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (45.4, "45 s"), (99, "99 s"), (840, "14 min"), (5940, "99 min"), (7500, "2 h 05 min")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_sizes_as_cards_are_sold() -> None:
    assert [memory_size(int(count * GIB)) for count in (5.12, 12, 128.4)] == ["5.1 GB", "12 GB", "128 GB"]
