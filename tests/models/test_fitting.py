"""Whether a model fits, and at which smaller size where it does not at its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from oelala.models.catalog import ROWS, ModelStatus, Row, find
from oelala.models.catalog.fitting import fits_machine, smaller_sizes
from oelala.models.catalog.status import status
from oelala.models.planning import Instead, PlanRequest, hardware_usually, plan_run
from oelala.settings import Settings
from oelala.texts import LANGUAGES, Language, say, written
from oelala.ui.i18n import sayer
from oelala.ui.model_field import note
from tests.models.folders import write_cached
from tests.models.planning.machines import GIB, machine, users_own


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_smaller_sizes_are_ones_that_the_model_takes(row: object) -> None:
    limits = row.sizes  # type: ignore[attr-defined]
    sizes = smaller_sizes(row)  # type: ignore[arg-type]
    areas = [width * height for width, height in sizes]
    assert areas == sorted(areas, reverse=True)
    for width, height in sizes:
        assert width * height < limits.native[0][0] * limits.native[0][1]
        assert width % limits.multiple == height % limits.multiple == 0
        assert limits.smallest_side <= min(width, height) <= max(width, height) <= limits.largest_side


@pytest.mark.parametrize(
    ("model", "vram", "fits", "size"),
    [
        ("wan2.2-animate-14b", 12, "streamed", "832 × 480"),
        ("svd-xt", 12, "streamed", None),
        ("svd-xt", 7, "streamed", "640 × 384"),
        ("wan2.2-ti2v-5b", 6, "streamed", "832 × 480"),
        ("wan2.1-t2v-14b", 12, "streamed", None),
        ("wan2.1-t2v-14b", 3, "no", None),
    ],
)
def test_a_model_that_fits_at_a_smaller_size_says_at_which(
    model: str, vram: float, fits: str, size: str | None
) -> None:
    answer, why, values = fits_machine(find(model), machine(vram, 64))
    assert answer == fits
    assert values.get("size") == size
    for language in LANGUAGES:
        said = say(why, language, **values)
        assert "{" not in said
        assert (size or "×") in said or size is None


def test_on_a_processor_too() -> None:
    answer, why, values = fits_machine(find("wan2.2-ti2v-5b"), machine(0, 64))
    assert (answer, why, values["size"]) == ("yes", "fits.smaller.cpu", "832 × 480")
    assert values["have"] == {"win32": "57.5 GB"}.get(sys.platform, "62.5 GB")


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_say_it_in_a_word_or_two(language: str, tmp_path: object) -> None:
    settings = Settings(models=tmp_path)  # type: ignore[arg-type]
    on = machine(12, 64)
    said = {}
    for model in ("wan2.2-animate-14b", "wan2.1-t2v-14b", "oelala-mini"):
        key, values = status(find(model), settings, on).verdict
        said[model] = say(key, language, **values)  # type: ignore[arg-type]
    assert "832 × 480" in said["wan2.2-animate-14b"]
    assert said["wan2.1-t2v-14b"] == say("terminal.fits.streamed", language)  # type: ignore[arg-type]
    assert said["oelala-mini"] == say("terminal.fits.yes", language)  # type: ignore[arg-type]


@pytest.mark.parametrize(("system", "free"), [("linux", 28.2), ("win32", 23.4)])
@pytest.mark.parametrize("row", [row for row in ROWS if row.family == "wan"], ids=lambda row: row.id)
def test_the_list_promises_no_more_than_the_plan(row: Row, system: str, free: float) -> None:
    """On a computer of 32 GB with an RTX 3060: what is free there is less, and the plan counts on no more."""
    answer, why, values = fits_machine(row, machine(12, 31.2), system)
    request = PlanRequest(row, next(iter(row.defaults.values())), users_own(free))
    plan = plan_run(request)
    assert (answer != "no" and "size" not in values) is plan.fits
    if plan.fits:
        assert (why == "fits.rounded") is (plan.quantisation == "int8")


def test_a_small_computer_keeps_a_share() -> None:
    """Of 16 GB no system keeps 8. Every plan counts 2 of it for itself."""
    for system, usable in (("linux", 15.5), ("win32", 13.5)):
        assert hardware_usually(machine(0, 16), system).ram == usable * GIB


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_says_what_is_rounded_and_what_is_read_from_the_disk(language: Language) -> None:
    words = {}
    for model in ("wan2.1-t2v-14b", "wan2.2-t2v-a14b-bf16", "wan2.1-t2v-14b-gguf"):
        answer, why, values = fits_machine(find(model), machine(12, 31.2), "linux")
        assert answer == "streamed"
        words[model] = say(why, language, **values)
    assert "8 bits" in words["wan2.1-t2v-14b"]
    assert ("disk" if language == "en" else "schijf") in words["wan2.2-t2v-a14b-bf16"]
    assert "8 bits" not in words["wan2.1-t2v-14b-gguf"]
    rounded = ModelStatus(*("x",) * 6, (), {}, on_disk=True, bytes=1, fits="streamed", why="fits.rounded")
    assert "8 bits" in say(rounded.verdict[0], language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_does_fit_is_named(language: Language, tmp_path: Path) -> None:
    settings = Settings(workspace=tmp_path, models=tmp_path / "hub")
    large = find("wan2.2-i2v-a14b")
    found = status(large, settings, machine(12, 24))
    assert found.fits == "no"
    other = find("wan2.2-i2v-a14b-gguf")
    assert found.instead == Instead(other.id, other.title, other.bytes, exact=True)
    said = " ".join(say(key, language, **values) for key, values in found.reasons)
    assert "(wan2.2-i2v-a14b-gguf)" in said
    assert written("31.2 GB", language) in said
    assert note(found, sayer(language)).endswith(said), "on the page, too"
    assert status(find("oelala-mini"), settings, machine(12, 24)).instead is None
    assert status(find("flux.1-dev"), settings, machine(12, 24)).instead is None, "it has no kin"


def test_what_fits_and_is_here_is_named_first(tmp_path: Path) -> None:
    settings = Settings(workspace=tmp_path, models=tmp_path / "hub")
    write_cached(settings.models, find("wan2.2-t2v-a14b-gguf"))
    found = status(find("wan2.2-t2v-a14b"), settings, machine(12, 24))
    assert found.instead is not None
    assert found.instead.words[0] == "fits.instead.here"
