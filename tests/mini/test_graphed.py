"""A recorded step gives what the plain one gives; without a card every step is a plain one."""

import pytest
import torch

from oelala.mini.recipe.graphed import GraphedStep, Inputs


def _step(device: str) -> tuple[GraphedStep, torch.nn.Linear]:
    torch.manual_seed(0)
    layer = torch.nn.Linear(3, 1, device=device)

    def losses(inputs: Inputs) -> torch.Tensor:
        made = layer(inputs[0])
        return torch.stack([(made - inputs[1]).square().mean(), made.square().mean()])

    return GraphedStep(losses, list(layer.parameters()), torch.tensor([1.0, 0.5], device=device)), layer


def test_gradients_are_those_of_one_step() -> None:
    step, layer = _step("cpu")
    inputs = (torch.ones(4, 3), torch.zeros(4, 1))
    first, gradient = step(inputs), layer.weight.grad
    assert gradient is not None
    before = gradient.clone()
    assert torch.equal(step(inputs), first)
    assert torch.equal(gradient, before)
    made = layer(inputs[0]).mean()
    assert torch.allclose(gradient, torch.full((1, 3), 3.0) * made.detach(), atol=1e-5)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no card")
def test_a_recording_is_the_plain_step() -> None:
    step, layer = _step("cuda")
    for number in range(3):
        inputs = (torch.full((4, 3), 1.0 + number, device="cuda"), torch.zeros(4, 1, device="cuda"))
        recorded = step(inputs)
        assert layer.weight.grad is not None
        gradient = layer.weight.grad.clone()
        assert torch.allclose(step.plain(inputs), recorded)
        assert torch.allclose(layer.weight.grad, gradient)
