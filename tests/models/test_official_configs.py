"""The official configs, built without memory: names and sizes are what the catalog says."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from oelala.models.catalog import Component, Row, find, rows
from oelala.models.planning.memory import is_gguf
from oelala.models.single_file import CONFIGS
from tests.models.gguf_layout import layout_of, length_of
from tests.models.official import build

# What engines make of it, and no pipeline is told.
OURS = {"speed", "first_block_cache", "sage_attention", "quantisation", "flow_shift"}
OURS |= {"pose_style", "control_start", "control_end"}
LARGE = [row for row in rows() if row.folder is None]
WAN = [row for row in LARGE if row.family == "wan"]
HALF = [row for row in WAN if (row.components["transformer"].source or "").startswith("Comfy-Org/")]
GGUF = [row for row in WAN if is_gguf(row.components["transformer"])]


def count(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def check(part: Component, module: torch.nn.Module) -> None:
    """The count of numbers is exact; the bytes are those of 16 or 32 bits each, up to file headers."""
    assert part.parameters == count(module)
    if part.bytes is not None and not is_gguf(part):
        assert min(abs(part.bytes - size * part.parameters) / part.bytes for size in (2, 4)) < 1e-3


@pytest.mark.parametrize("row", LARGE, ids=lambda row: row.id)
def test_every_part_has_the_size_that_is_told(row: Row) -> None:
    weights = {name: part for name, part in row.components.items() if part.parameters}
    assert len(weights) >= 3
    for name, part in weights.items():
        check(part, build(row, name))


@pytest.mark.parametrize("row", GGUF, ids=lambda row: row.id)
def test_a_gguf_file_is_as_long_as_its_tensors_make_it(row: Row) -> None:
    assert row.base is not None
    files = [part for part in row.components.values() if is_gguf(part)]
    assert {part.bytes for part in files} == {length_of(layout_of(row))}
    others = {name: part for name, part in row.components.items() if not is_gguf(part)}
    assert others.items() <= find(row.base).components.items(), "all else is the original's"
    assert (CONFIGS / row.base / "config.json").is_file()
    assert row.title.startswith(find(row.base).title)


@pytest.mark.parametrize("row", HALF, ids=lambda row: row.id)
def test_a_file_in_16_bits_is_half_of_32(row: Row) -> None:
    """Two bytes a number, a header, and at most some small tensors in 32 bits."""
    assert row.base is not None
    part, base = row.components["transformer"], find(row.base)
    module = build(base, "transformer")
    numbers = count(module)
    small = sum(parameter.numel() for parameter in module.parameters() if parameter.ndim == 1)
    assert part.parameters == numbers
    assert 2 * numbers <= part.most_bytes <= 2 * (numbers + small) + 400_000
    others = {name: other for name, other in row.components.items() if name != "transformer"}
    assert others.items() <= base.components.items(), "all else is the original's"
    (file,) = part.files
    assert file.endswith(f"_{row.id.rpartition('-')[2]}.safetensors"), "as its id says"
    assert part.source in part.also
    assert (CONFIGS / row.base / "config.json").is_file()


def test_every_wan_can_be_had_smaller() -> None:
    """The originals of 32 bits are twice as large as what is loaded of them."""
    for base in (row for row in WAN if row.base is None):
        ids = {row.id for row in WAN if row.base == base.id}
        assert ids & {f"{base.id}-bf16", f"{base.id}-fp16"}, base.id
        assert f"{base.id}-gguf" in ids or base.id == "wan2.1-vace-1.3b"


@pytest.mark.parametrize("row", WAN, ids=lambda row: row.id)
def test_what_the_engine_counts_on(row: Row) -> None:
    transformer, vae = build(row, "transformer"), build(row, "vae")
    compute = row.compute
    assert compute is not None
    assert len(transformer.blocks) == transformer.config.num_layers == compute.num_layers
    assert len(getattr(transformer, "vace_blocks", ())) == compute.extra_layers
    heads, width = transformer.config.num_attention_heads, transformer.config.attention_head_dim
    assert (heads * width, transformer.config.ffn_dim) == (compute.dim, compute.ffn_dim)
    assert vae.config.scale_factor_spatial == compute.spatial
    assert vae.config.scale_factor_temporal == compute.temporal
    assert row.sizes.multiple == compute.spatial * transformer.config.patch_size[1]
    assert vae.config.z_dim == transformer.config.out_channels
    assert build(row, "text_encoder").config.d_model == transformer.config.text_dim


@pytest.mark.parametrize("row", LARGE, ids=lambda row: row.id)
def test_the_pipeline_exists_and_takes_these_parts(row: Row) -> None:
    import inspect

    import diffusers

    for kind, name in row.pipelines.items():
        pipeline = getattr(diffusers, name)
        taken = inspect.signature(pipeline.__init__).parameters
        assert row.components.keys() - {"lora"} <= taken.keys()
        called = inspect.signature(pipeline.__call__).parameters
        assert row.defaults[kind].keys() - OURS <= called.keys() | _segments(name)


def _segments(pipeline: str) -> set[str]:
    """Animate works in segments, and takes the length of the pose video."""
    return (
        {"num_frames", "guidance_scale_2"} if pipeline in ("WanAnimatePipeline", "WanVACEPipeline") else set()
    )


def test_the_second_expert_is_told_from_the_table() -> None:
    experts = {row.id for row in LARGE if "transformer_2" in row.components}
    two = {row.id for row in LARGE if any(v.get("guidance_scale_2") for v in row.defaults.values())}
    bits = ("", "-bf16", "-gguf")
    assert experts == two == {f"wan2.2-{kind}-a14b{end}" for kind in ("t2v", "i2v") for end in bits}


def test_parts_are_shared_both_ways() -> None:
    """A part that says where else it lies lies there under the same name and with the same contents."""
    by_repo: dict[str, Row] = {}
    for row in rows():
        by_repo.setdefault(row.repo, row)
    for row in LARGE:
        for name, part in row.components.items():
            for repo in part.also:
                if part.files:
                    continue
                other = by_repo[repo].components[name]
                assert row.repo in other.also or part.source, (row.id, repo, name)
                assert other.parameters == part.parameters
                assert name in ("vae", "tokenizer") or other.bytes == part.bytes
    assert find("wan2.2-ti2v-5b").components["vae"].also == ()


def test_the_last_image_is_for_those_that_heed_it() -> None:
    named: list[Any] = [row.id for row in rows("image-to-video") if row.last_image]
    experts = [f"wan2.2-i2v-a14b{bits}" for bits in ("", "-bf16", "-gguf")]
    vace = [row.id for row in rows() if row.id.startswith("wan2.1-vace")]
    flf2v = [f"wan2.1-flf2v-14b-720p{bits}" for bits in ("", "-fp16", "-gguf")]
    assert sorted(named) == sorted(["oelala-mini", *experts, *flf2v, *vace])
    assert {row.id for row in rows() if row.last_image} == set(named)
