"""Whether SageAttention can be had on this machine, told without loading it. No torch."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from oelala.errors import InvalidTask, OelalaError
from oelala.models.machine import torch_reaches_cards
from oelala.models.nvidia import Gpu, nvidia_capabilities, nvidia_gpus

PACKAGE = "sageattention"
FIELD = "sage_attention"
# Its kernels in 8 bits want tensor cores of the RTX 30 series (Ampere) or newer.
LEAST_CAPABILITY = (8, 0)
# Pure Python, compiled by Triton at its first use; newer releases have to be built from their source.
_WISHED = f"{PACKAGE}==1.0.6"


def sage_obstacle() -> OelalaError | None:
    """What keeps this machine from it; None: nothing that can be seen from here.

    "sage-missing" (with the command that installs it), "sage-needs-card", "sage-old-card".
    """
    gpus = nvidia_gpus() if torch_reaches_cards() else ()
    return obstacle_of(find_spec(PACKAGE) is not None, gpus, nvidia_capabilities())


def obstacle_of(
    installed: bool, gpus: Sequence[Gpu], capabilities: Sequence[tuple[int, int]]
) -> OelalaError | None:
    """`capabilities`: of the cards, empty where the driver does not tell. A card comes first: without one,
    installing anything would be in vain."""
    if not gpus:
        return OelalaError("sage-needs-card")
    if capabilities and max(capabilities) < LEAST_CAPABILITY:
        return OelalaError("sage-old-card", card=gpus[0].name)
    if not installed:
        return OelalaError("sage-missing", command=install_command())
    return None


def refuse_sage(wanted: bool) -> None:
    """Raises InvalidTask, with the field, where it is wanted and cannot be had."""
    obstacle = sage_obstacle() if wanted else None
    if obstacle is not None:
        raise InvalidTask(obstacle.code, field=FIELD, **obstacle.values)


def install_command() -> str:
    return f"{shlex.quote(sys.executable)} -m pip install {_WISHED}"
