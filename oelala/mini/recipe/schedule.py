"""What changes over a schedule: learning rate, noise levels, batches and how hard the captions are."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

WARM_STEPS = 200
# Flow shifts of the first two thirds of the noise levels; the last third is uniform as it is.
USUAL_SHIFT, HIGH_SHIFT = 3.0, 12.0


def rate_at(done: float, peak: float, steps: int = WARM_STEPS) -> float:
    """Learning rate after a share `done` of the schedule and `steps` of the optimizer's own: a short
    warm-up, then a cosine down to 2 %.
    """
    warm = min(1.0, (steps + 1) / WARM_STEPS)
    return peak * warm * (0.02 + 0.98 * (1 + math.cos(math.pi * min(done, 1.0))) / 2)


def _shifted(s: Tensor, shift: float) -> Tensor:
    return shift * s / (1 + (shift - 1) * s)


def noise_levels(count: int, device: torch.device) -> Tensor:
    """Times (count,) in 0..1, evenly spread over their distribution, in random order.

    A third is the usual shift 3 of a sigmoid of a normal number, which has 2 % above 0.96. But six numbers
    of a token's 192 hold 80 % of a picture and its neighbours say the same, so noise hides it late: at 0.95
    two thirds are already decided. So a third is shift 12 of a uniform number, a third of it above 0.96.
    Faces are decided late too, at the other end: with these two alone 3 % of all levels were below 0.3, and
    at 0.1 the sixth training's transformer, with a first frame to look at, knew no more of a close-up than
    Wiener's filter does of each number alone. So a third is uniform.
    """
    even = (torch.arange(count, device=device) + torch.rand(count, device=device)) / count
    inner = (3 * even).frac().clamp(1e-4, 1 - 1e-4)
    normal = _shifted(torch.sigmoid(math.sqrt(2) * torch.erfinv(2 * inner - 1)), USUAL_SHIFT)
    shifted = torch.where(even < 1 / 3, normal, _shifted(inner, HIGH_SHIFT))
    times = torch.where(even < 2 / 3, shifted, inner)
    return times[torch.rand(count, device=device).argsort()]


def hard_share(done: float) -> float:
    """How many captions are of the hard kind (parts left out, rare words, typing errors) by then."""
    return 0.15 + 0.50 * min(1.0, max(0.0, (done - 0.15) / 0.40))


@dataclass(frozen=True)
class Batch:
    """`samples` of `frames` latent frames. Causality makes a shorter clip a prefix."""

    frames: int
    samples: int


STILLS, SHORT, LONG = Batch(1, 1024), Batch(5, 224), Batch(9, 144)
# (share of the schedule at which it ends, batches by turns). Which colour goes where is learnt from stills,
# at a ninth of the cost; motion comes later, and stills never go.
PLAN = (
    (0.15, (STILLS, STILLS, STILLS, SHORT)),
    (0.40, (STILLS, SHORT, STILLS, LONG)),
    (1.01, (LONG, STILLS, SHORT, LONG)),
)


def batch_at(done: float, step: int) -> Batch:
    """The batch of a step after a share `done` of the schedule."""
    kinds = next((kinds for end, kinds in PLAN if done < end), PLAN[-1][1])
    return kinds[step % len(kinds)]
