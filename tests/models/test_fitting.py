"""Whether a model fits, and at which smaller size where it does not at its own."""

from __future__ import annotations

import pytest

from oelala.models.catalog import ROWS, find
from oelala.models.catalog.fitting import fits_machine, smaller_sizes
from oelala.models.catalog.status import status
from oelala.settings import Settings
from oelala.texts import LANGUAGES, say
from tests.models.planning.machines import machine


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
        ("svd-xt", 6, "streamed", "640 × 384"),
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
    assert (answer, why, values["size"], values["have"]) == ("yes", "fits.smaller.cpu", "832 × 480", "64 GB")


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
