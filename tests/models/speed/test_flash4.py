"""FlashAttention 4: measured where it is installed, and taken only where it is right and faster."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from oelala.models.flash4 import BACKEND, flash4_version, install_command, is_worth_naming, kernels_with
from oelala.models.planning.attention import attention_key
from oelala.models.speed import attention_backend
from oelala.models.speed.attention import AttentionShape, agreeing, candidates_here, measure_backends
from oelala.models.speed.flash4 import flash4
from tests.models.streaming import small

CPU = torch.device("cpu")
SHAPE = AttentionShape(512, 2, 16, torch.float32)
LENT = pytest.mark.skipif(
    not torch.cuda.is_available() or flash4_version() is None,
    reason="no CUDA device, or no FlashAttention 4",
)


def test_it_is_measured_where_it_is_installed() -> None:
    assert (BACKEND in candidates_here()) is (flash4_version() is not None)
    # on a processor its place is taken by torch's own
    assert measure_backends(SHAPE, CPU, ("native", BACKEND)).keys() == {"native", BACKEND}


def test_kernels_that_answer_wrongly_are_not_taken() -> None:
    truth = torch.randn(1, 64, 2, 16)
    answers = {
        "native": truth,
        "_native_cudnn": truth + 0.003 * torch.randn_like(truth),  # rounded otherwise
        "_native_flash": truth * 0.9,
        BACKEND: torch.full_like(truth, torch.nan),
    }
    assert agreeing(answers) == ["native", "_native_cudnn"]
    assert agreeing({}) == []


def test_a_choice_is_made_anew_when_the_package_comes() -> None:
    assert kernels_with("2.13.0", None) == "2.13.0"
    assert kernels_with("2.13.0", "4.0.0b36") == "2.13.0, flash-attn-4 4.0.0b36"
    assert kernels_with(torch.__version__, flash4_version()) in attention_key(
        "a card", torch.__version__, 512
    )


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
    graphs: list[torch.fx.GraphModule] = []

    def count(graph: torch.fx.GraphModule, inputs: Any) -> Any:
        del inputs
        graphs.append(graph)
        return graph.forward

    module, inputs = small.wan(), small.wan_inputs()
    block = module.blocks[0]
    compiled: Any = torch.compile(block.forward, fullgraph=True, dynamic=False, backend=count)
    block.forward = compiled
    with attention_backend(module, BACKEND):
        found = small.forward(module, inputs)
    del block.forward
    assert len(graphs) == 1
    nodes = [node for node in graphs[0].graph.nodes if "flash_attention_4" in str(node.target)]
    assert len(nodes) == 2  # the clip looks at itself, and at the prompt
    assert torch.allclose(found, small.forward(module, inputs), atol=1e-5)


@pytest.mark.parametrize(
    ("capabilities", "named"),
    [(((8, 6),), False), (((9, 0),), True), (((8, 9), (10, 0)), True), ((), False), (((12, 0),), False)],
)
def test_named_where_it_is_known_to_help(capabilities: tuple[tuple[int, int], ...], named: bool) -> None:
    assert is_worth_naming(capabilities, None) is named
    assert not is_worth_naming(capabilities, "4.0.0b36")


def test_how_to_get_it_names_this_python() -> None:
    assert install_command().endswith("'nvidia-cutlass-dsl[cu13]==4.8.1'")
    assert "-m pip install flash-attn-4==" in install_command()


@LENT
@pytest.mark.parametrize("tokens", [77, 7_800])
def test_on_a_card_it_says_what_torch_says(tokens: int) -> None:
    size = (1, tokens, 8, 128)
    query, key, value = (torch.randn(size, device="cuda", dtype=torch.bfloat16) for _ in range(3))
    places = [one.float().transpose(1, 2) for one in (query, key, value)]
    truth = torch.nn.functional.scaled_dot_product_attention(*places).transpose(1, 2)
    found = flash4(query, key, value, None).float()
    assert float((found - truth).norm() / truth.norm()) < 0.01
