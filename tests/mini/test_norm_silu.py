"""Three frames side by side are what a causal 3D convolution sees, and the GPU's kernels say the same."""

import ast
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from oelala.mini.recipe.call import Part, pack
from oelala.mini.recipe.fused import difference, fastest_norm
from oelala.mini.recipe.norm_silu import look_back, norm_silu

_INTERPRETED = """
import torch
from oelala.mini.recipe.fused import difference
from oelala.mini.recipe.norm_silu_triton import fused_norm_silu
print(max(difference(fused_norm_silu, channels, torch.device("cpu")) for channels in (32, 128)))
"""


def test_a_convolution_over_three_frames_is_a_flat_one() -> None:
    torch.manual_seed(0)
    x, weight = torch.randn(2, 4, 5, 6, 6), torch.randn(7, 4, 3, 3, 3)
    truth = F.conv3d(F.pad(x, (1, 1, 1, 1, 2, 0)), weight)
    frames = look_back(x.transpose(1, 2).flatten(0, 1), 5)
    made = F.conv2d(frames, weight.transpose(1, 2).flatten(1, 2), padding=1)
    assert torch.allclose(made.unflatten(0, (2, 5)).transpose(1, 2), truth, atol=1e-4)


def test_the_plain_norm_is_the_vaes() -> None:
    x, gamma = torch.randn(1, 8, 3, 3), torch.rand(8)
    truth = F.silu(F.normalize(x, dim=1) * 8**0.5 * gamma.view(1, -1, 1, 1))
    assert torch.allclose(norm_silu(x, gamma, 1), truth, atol=1e-6)
    assert fastest_norm(torch.device("cpu")) is norm_silu
    assert difference(norm_silu, 16, torch.device("cpu")) == 0


@pytest.mark.skipif(find_spec("triton") is None, reason="no Triton here")
def test_the_fused_norm_is_the_plain_one() -> None:
    environment = {"TRITON_INTERPRET": "1", "PYTHONPATH": str(Path.cwd())}
    found = subprocess.run(
        [sys.executable, "-c", _INTERPRETED], env=environment, capture_output=True, text=True, check=True
    )
    assert float(found.stdout) < 1e-4


def test_a_call_names_its_stages_and_brings_back_what_is_new(tmp_path: Path) -> None:
    assert Part.parse("vae") == Part("vae", 0.0, 0.0)
    assert Part.parse("transformer:540:300") == Part("transformer", 540.0, 300.0)
    with pytest.raises(ValueError, match="stage:seconds:later"):
        Part.parse("a:1:2:3")
    old, new = tmp_path / "vae.safetensors", tmp_path / "pose.safetensors"
    old.write_bytes(b"o" * 100_000)
    new.write_bytes(b"n" * 200_000)
    pack(tmp_path, tmp_path / "out", old.stat().st_mtime + 3600)
    assert sum(path.stat().st_size for path in (tmp_path / "out").iterdir()) < 20_000
    pack(tmp_path, tmp_path / "all")
    assert sum(path.stat().st_size for path in (tmp_path / "all").iterdir()) > 300_000


def test_triton_finds_no_annotation_in_its_kernels_but_its_own() -> None:
    # With `Any` they did not compile, and the training went on at two fifths of its speed.
    source = Path("oelala/mini/recipe/norm_silu_triton.py").read_text()
    kernels = [
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and "triton.jit" in map(ast.unparse, node.decorator_list)
    ]
    said = {ast.unparse(one.annotation) for each in kernels for one in each.args.args if one.annotation}
    assert len(kernels) == 2
    assert said == {"tl.constexpr"}
