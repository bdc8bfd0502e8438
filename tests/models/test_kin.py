"""Values for one model, and the same model in other weights that is on this disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from oelala.models.catalog import ROWS, Row, add_row, find, rows, stand_in
from oelala.models.catalog.eight_bits import FIELD
from oelala.settings import Settings
from oelala.studio import Studio
from oelala.terminal.main import main
from tests.models.folders import write_cached
from tests.models.planning.machines import machine

BASE, GGUF = find("wan2.1-t2v-14b"), find("wan2.1-t2v-14b-gguf")
KIND = "text-to-video"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(workspace=tmp_path / "workspace", models=tmp_path / "hub")


def test_what_is_here_stands_in(settings: Settings) -> None:
    assert stand_in(BASE.id, KIND, settings) is BASE, "nothing is here: the one that is named"
    assert stand_in(BASE.id, KIND, settings, chosen=GGUF.id) is GGUF, "or the one that is chosen already"
    assert stand_in(BASE.id, KIND, settings, chosen="oelala-mini") is BASE, "which is another kind of model"
    write_cached(settings.models, GGUF)
    assert stand_in(BASE.id, KIND, settings) is GGUF
    assert stand_in("wan2.1-t2v-1.3b", KIND, settings).id == "wan2.1-t2v-1.3b"
    write_cached(settings.models / "..", BASE).rename(settings.models / BASE.id)
    assert stand_in(BASE.id, KIND, settings) is BASE
    assert stand_in(BASE.id, KIND, settings, chosen=GGUF.id) is GGUF
    assert stand_in(GGUF.id, KIND, settings, chosen=BASE.id) is GGUF, "a variant that is named was meant"


def test_of_what_is_not_here_the_one_that_fits_stands_in(settings: Settings) -> None:
    """A preset names the official weights, which a card of 12 GB and 32 GB of RAM have no room for."""
    small, large = machine(12, 24), machine(80, 256)
    for base in ("wan2.2-t2v-a14b", "wan2.2-i2v-a14b"):
        kind = next(iter(find(base).kinds))
        assert stand_in(base, kind, settings, machine=small).id == f"{base}-gguf"
        assert stand_in(base, kind, settings, machine=large).id == base
        assert stand_in(base, kind, settings, chosen=base, machine=small).id == base, "chosen already"
        assert stand_in(f"{base}-bf16", kind, settings, machine=small).id == f"{base}-bf16", "it was meant"
        assert stand_in(base, kind, settings, machine=machine(0, 24)).id == base, "no card: nothing is better"
    assert stand_in(BASE.id, KIND, settings, machine=machine(4, 8)) is BASE, "nothing fits"
    write_cached(settings.models, find("wan2.2-t2v-a14b"))
    assert stand_in("wan2.2-t2v-a14b", KIND, settings, machine=small).id == "wan2.2-t2v-a14b", "it is here"


def test_a_model_of_the_users_own_stands_in(settings: Settings, tmp_path: Path) -> None:
    folder = write_cached(tmp_path / "other", BASE)
    own = add_row(replace(BASE, base=BASE.id, title="Mine", folder=folder, added=True), settings, ROWS)
    assert stand_in(BASE.id, KIND, settings) == own
    assert stand_in("wan2.2-t2v-a14b", KIND, settings).id == "wan2.2-t2v-a14b"


def test_a_variant_takes_all_values_of_its_base() -> None:
    bases = {row.id: row for row in rows()}
    variants = [row for row in rows() if row.base is not None]
    assert {"wan2.1-t2v-14b-gguf", "wan2.2-t2v-a14b-bf16"} <= {row.id for row in variants}
    for row in variants:
        base = bases[row.base or ""]
        assert (values_of(row), row.sizes, row.pipelines) == (values_of(base), base.sizes, base.pipelines)


def values_of(row: Row) -> dict[str, dict[str, object]]:
    """Without the wish for 8 bits, which hangs on the files and not on the model."""
    return {kind: {**values, FIELD: None} for kind, values in row.defaults.items()}


def test_a_preset_goes_to_what_is_here(settings: Settings) -> None:
    studio = Studio(settings)
    values, instead = studio.preset_values(KIND, "wan2.1-14b-480p")
    assert (values, instead) == (studio.preset(KIND, "wan2.1-14b-480p").values, None)
    write_cached(settings.models, GGUF)
    values, instead = studio.preset_values(KIND, "wan2.1-14b-480p-portrait")
    assert (values["model"], values["width"], values["height"]) == (GGUF.id, 480, 832)
    assert instead == GGUF.title
    assert studio.preset_values("image-to-video", "motion-wave")[1] is None, "it names no model"


def test_the_command_line_says_so(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OELALA_MODELS", str(settings.models))
    monkeypatch.setenv("OELALA_WORKSPACE", str(settings.workspace))
    write_cached(settings.models, GGUF)
    ask = ["plan", KIND, "--preset", "wan2.1-14b-480p", "--language", "nl"]
    main(ask)
    assert f"gaat naar {GGUF.title}" in capsys.readouterr().err
    main([*ask, "--model", BASE.id])
    assert GGUF.title not in capsys.readouterr().err
