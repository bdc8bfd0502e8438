"""FlashAttention 4: measured where it is installed, and taken only where it is right and faster."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

import pytest
import torch
from diffusers.models.attention_dispatch import AttentionBackendName, _AttentionBackendRegistry

from oelala.models import flash4 as here
from oelala.models.flash4 import BACKEND, PACKAGE, install_command, is_worth_naming, kernels_here
from oelala.models.planning.attention import attention_key
from oelala.models.speed import AttentionChoices, attention_backend, quickened
from oelala.models.speed.attention import AttentionShape, measure_backends
from oelala.models.speed.flash4 import flash4
from tests.models.streaming import small

CPU = torch.device("cpu")
SHAPE = AttentionShape(512, 2, 16, torch.float32)
LENT = pytest.mark.skipif(
    not torch.cuda.is_available() or here.flash4_version() is None,
    reason="no CUDA device, or no FlashAttention 4",
)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of that name, which has no kernels for a processor: there ours are torch's."""
    monkeypatch.setattr(here, "flash4_version", lambda: "4.0.0b36")
    monkeypatch.setattr("oelala.models.speed.attention.flash4_version", lambda: "4.0.0b36")


def test_without_the_package_it_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oelala.models.speed.attention.flash4_version", lambda: None)
    assert BACKEND not in measure_backends(SHAPE, CPU)


@pytest.mark.usefixtures("installed")
def test_with_it_it_is_measured_with_the_others() -> None:
    assert {"native", BACKEND} <= measure_backends(SHAPE, CPU).keys()


@pytest.mark.usefixtures("installed")
def test_kernels_that_answer_wrongly_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        _AttentionBackendRegistry._backends,
        AttentionBackendName(BACKEND),
        lambda query, **rest: query * 0.9,
    )
    times = measure_backends(SHAPE, CPU)
    assert "native" in times
    assert BACKEND not in times


def test_a_choice_is_made_anew_when_the_package_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "attention.json"
    monkeypatch.setattr(here, "flash4_version", lambda: None)
    AttentionChoices(store).kept(SHAPE, CPU, "a card")
    before = attention_key("a card", torch.__version__, 512)
    monkeypatch.setattr(here, "flash4_version", lambda: "4.0.0b36")
    after = attention_key("a card", torch.__version__, 512)
    assert after != before
    assert "flash-attn-4 4.0.0b36" in after
    AttentionChoices(store).kept(SHAPE, CPU, "a card")
    assert len(json.loads(store.read_text())) == 2


@pytest.mark.parametrize("kind", ["wan", "vace", "animate"])
def test_diffusers_finds_it_by_its_own_name(kind: str) -> None:
    module = getattr(small, kind)()
    inputs = {"wan": small.wan_inputs, "vace": small.vace_inputs, "animate": small.animate_inputs}[kind]()
    truth = small.forward(module, inputs)
    with attention_backend(module, BACKEND):
        found = small.forward(module, inputs)
    assert torch.allclose(found, truth, atol=1e-5)
    assert torch.equal(small.forward(module, inputs), truth)


def test_a_compiled_block_stays_in_one_piece() -> None:
    module, inputs = small.wan(), small.wan_inputs()
    truth = small.forward(module, inputs)
    with quickened([module], BACKEND, compiled=True) as how:
        found = small.forward(module, inputs)
        assert [one.failed for one in how.blocks] == [None]
    # compiled blocks round less often
    assert float((found.float() - truth.float()).norm() / truth.float().norm()) < 0.02


@pytest.mark.parametrize(
    ("capabilities", "named"),
    [(((8, 6),), False), (((9, 0),), True), (((8, 9), (10, 0)), True), ((), False), (((12, 0),), False)],
)
def test_named_where_it_is_known_to_help(
    capabilities: tuple[tuple[int, int], ...], named: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(here, "flash4_version", lambda: None)
    assert is_worth_naming(capabilities) is named
    monkeypatch.setattr(here, "flash4_version", lambda: "4.0.0b36")
    assert is_worth_naming(capabilities) is False


def test_how_to_get_it_names_this_python() -> None:
    assert install_command().endswith("'nvidia-cutlass-dsl[cu13]==4.8.1'")
    assert "-m pip install flash-attn-4==" in install_command()


def test_the_name_says_what_is_installed() -> None:
    try:
        version: str | None = metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        version = None
    assert kernels_here("2.13.0") == ("2.13.0" if version is None else f"2.13.0, flash-attn-4 {version}")


@LENT
@pytest.mark.parametrize("tokens", [77, 7_800])
def test_on_a_card_it_says_what_torch_says(tokens: int) -> None:
    size = (1, tokens, 8, 128)
    query, key, value = (torch.randn(size, device="cuda", dtype=torch.bfloat16) for _ in range(3))
    places = [one.float().transpose(1, 2) for one in (query, key, value)]
    truth = torch.nn.functional.scaled_dot_product_attention(*places).transpose(1, 2)
    found = flash4(query, key, value, None).float()
    assert float((found - truth).norm() / truth.norm()) < 0.01
