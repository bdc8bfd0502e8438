"""What a clip's metadata says about how it was made."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

from oelala import __version__
from oelala.models.manager import Loan
from oelala.models.planning import Plan

_PACKAGES = ("torch", "diffusers", "transformers")


def provenance_of(loan: Loan, seconds: Mapping[str, float]) -> dict[str, Any]:
    """JSON values: the model with its files' SHA-256, library versions, seconds by phase, the device,
    and the LoRAs beside it."""
    row, plan = loan.row, loan.plan
    placed = {} if plan is None else _placed(plan)
    return {
        "model": {
            "id": row.id,
            "repo": row.repo,
            "revision": row.revision,
            "licence": row.licence,
            "files": dict(loan.hashes),
        },
        "versions": dict(_versions()),
        "device": loan.device.type,
        "prompts_known": getattr(loan.pipeline, "text_encoder", None) is None,
        "seconds": dict(seconds),
        **({"leaner": True} if loan.leaner else {}),
        **({"loras": [one.as_json() for one in loan.loras]} if loan.loras else {}),
        **placed,
        **loan.speed.told(),
    }


def told_of(loan: Loan) -> dict[str, Any]:
    """What the user should hear of this run, for the job's details: memory decided it, as it was by then."""
    plan = loan.plan
    told = {
        "leaner": loan.leaner,
        "int8": plan is not None and plan.quantisation == "int8",
        "chunk": plan is not None and plan.decode_chunk < plan.wished_chunk,
    }
    return {name: True for name, so in told.items() if so}


def _placed(plan: Plan) -> dict[str, Any]:
    """Where the weights were, and whether they were rounded, which makes another picture."""
    return {
        "placements": dict(plan.placements),
        "vae_tiling": plan.vae_tiling,
        "quantisation": plan.quantisation,
        **({"decode_chunk_size": plan.decode_chunk} if plan.decode_chunk else {}),
        **({"slicing": plan.slicing} if plan.slicing != "none" else {}),
    }


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    return (("oelala", __version__), *((package, version(package)) for package in _PACKAGES))
