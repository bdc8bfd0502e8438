"""What a loan turns on is off again after it; choices are kept."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from oelala.models.speed import AttentionChoices, AttentionShape, quickened
from oelala.models.speed.attention import attention_shape
from oelala.models.speed.tables import rotary_once
from tests.models.streaming import small

CPU = torch.device("cpu")
SHAPE = AttentionShape(600, 2, 16, torch.float32)


@pytest.mark.parametrize("kind", ["wan", "vace", "animate"])
def test_rotary_tables_are_computed_once_for_a_size(kind: str) -> None:
    module = getattr(small, kind)()
    inputs = {"wan": small.wan_inputs, "vace": small.vace_inputs, "animate": small.animate_inputs}[kind]()
    truth = small.forward(module, inputs)
    with rotary_once(module):
        first = module.rope(inputs["hidden_states"])
        for _ in range(2):
            assert torch.equal(small.forward(module, inputs), truth)
        assert module.rope(inputs["hidden_states"])[0] is first[0]
        larger = module.rope(torch.zeros(1, 16, 4, 8, 8))
        assert larger[0].shape[1] == 4 * 4 * 4
    assert "forward" not in vars(module.rope)


def test_everything_is_told_and_undone() -> None:
    module, inputs = small.wan(), small.wan_inputs()
    truth = small.forward(module, inputs)
    with quickened([module], "_native_math") as how:
        small.forward(module, inputs)
        assert how.told() == {"attention_backend": "_native_math", "compiled": False}
    assert torch.equal(small.forward(module, inputs), truth)
    assert all(block.attn1.processor._attention_backend is None for block in module.blocks)


def test_blocks_are_compiled_where_the_plan_says_so() -> None:
    module = small.wan(layers=2)
    with quickened([module], compiled=True) as how:
        assert [len(blocks) for blocks in how.blocks] == [2]
        assert all("forward" in vars(block) for block in module.blocks)
        assert how.told() == {"attention_backend": "native", "compiled": False}  # nothing has run yet
    assert all("forward" not in vars(block) for block in module.blocks)


def test_the_shape_is_the_transformers() -> None:
    assert attention_shape(small.wan(), 600) == AttentionShape(600, 2, 16, torch.bfloat16)
    assert attention_shape(small.wan(), 0) is None
    assert attention_shape(torch.nn.Linear(1, 1), 600) is None


def test_a_processor_takes_torchs_own(tmp_path: Path) -> None:
    assert AttentionChoices(tmp_path / "attention.json").of(SHAPE, CPU) == "native"
    assert not (tmp_path / "attention.json").exists()


def test_a_choice_is_measured_once_and_kept(tmp_path: Path) -> None:
    store = tmp_path / "private" / "attention.json"
    first = AttentionChoices(store).kept(SHAPE, CPU, "a card")
    text = store.read_text(encoding="utf-8")
    assert torch.__version__ in text
    other = "_native_flash" if first == "native" else "native"
    store.write_text(text.replace(f'"{first}"', f'"{other}"'), encoding="utf-8")
    assert AttentionChoices(store).kept(SHAPE, CPU, "a card") == other
    assert AttentionChoices(store).kept(SHAPE, CPU, "another card") in ("native", "_native_flash")


@pytest.mark.parametrize("content", ["", "[]", "{", '{"a": 3}', '{"a": "sage"}'])
def test_a_damaged_store_is_measured_anew(tmp_path: Path, content: str) -> None:
    store = tmp_path / "attention.json"
    store.write_text(content, encoding="utf-8")
    assert AttentionChoices(store).kept(SHAPE, CPU, "a card") in ("native", "_native_flash")
