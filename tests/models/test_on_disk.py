"""A plan is made with the files that are here: real headers of full size, and nothing in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from oelala.models.catalog import ROWS, Row, as_installed, find
from oelala.models.catalog.status import status
from oelala.models.planning import PlanRequest, plan_run
from oelala.models.planning.memory import in_files
from oelala.settings import Settings
from tests.models.folders import write_cached
from tests.models.planning.machines import machine, users_own
from tests.models.recognise.files import shapes, write_sparse

VACE, FLF2V = find("wan2.1-vace-14b"), find("wan2.1-flf2v-14b-720p")


def here_in(models: Path, row: Row, dtype: str) -> Path:
    """The model with all its parts, its transformer in such numbers; the file of it."""
    folder = write_cached(models, row) / "transformer"
    for file in folder.glob("*.safetensors*"):
        file.unlink()
    return write_sparse(folder / "diffusion_pytorch_model.safetensors", shapes(row.id), dtype)


def planned(row: Row, ram_free: float = 28, **values: object) -> tuple[bool, str, str]:
    asked = PlanRequest(row, {**next(iter(row.defaults.values())), **values}, users_own(ram_free))
    plan = plan_run(asked)
    return plan.fits, plan.quantisation, plan.placements["transformer"]


@pytest.mark.parametrize("row", [VACE, FLF2V], ids=lambda row: row.id)
def test_blocks_are_read_from_a_folder_of_16_bits(tmp_path: Path, row: Row) -> None:
    """In which bits the repository has them is not known; on this disk it is."""
    small = {"width": 832, "height": 480}
    file = here_in(tmp_path, row, "BF16")
    found = as_installed(row, tmp_path)
    part = found.components["transformer"]
    assert (row.components["transformer"].bytes, part.bytes) == (None, file.stat().st_size)
    assert (part.dtype, in_files(part)) == ("BF16", True)
    assert planned(row, **small) == (True, "int8", "streamed")
    assert planned(found, **small) == (True, "none", "from-disk")
    assert found.components["vae"] is row.components["vae"], "its file holds something else"


@pytest.mark.parametrize(("dtype", "width"), [("F32", 4), ("F16", 2)])
def test_other_numbers_have_to_be_cast_first(tmp_path: Path, dtype: str, width: int) -> None:
    here_in(tmp_path, VACE, dtype)
    part = as_installed(VACE, tmp_path).components["transformer"]
    assert part.bytes == pytest.approx(width * part.parameters, rel=1e-3)
    assert (part.dtype, in_files(part)) == (dtype, False)
    assert planned(as_installed(VACE, tmp_path)) == (True, "int8", "streamed")


def test_what_is_not_here_stays_as_the_catalog_has_it(tmp_path: Path) -> None:
    for row in ROWS:
        if row.folder is None:
            assert as_installed(row, tmp_path) is row
    write_cached(tmp_path, VACE)  # files of a few bytes: another model's
    assert as_installed(VACE, tmp_path).components == VACE.components


def test_the_list_knows_what_is_here(tmp_path: Path) -> None:
    settings = Settings(workspace=tmp_path / "workspace", models=tmp_path / "hub")
    assert status(VACE, settings, machine(12, 31.2)).why == "fits.rounded"
    file = here_in(settings.models, VACE, "BF16")
    assert status(VACE, settings, machine(12, 31.2)).why == "fits.from-disk"
    file.unlink()  # another download brings them in 32 bits
    write_sparse(file, shapes(VACE.id), "F32")
    assert status(VACE, settings, machine(12, 31.2)).why == "fits.rounded"
