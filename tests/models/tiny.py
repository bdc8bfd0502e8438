"""Real diffusers folders with random weights, small enough to run in milliseconds, and a manager on them."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKLWan, UniPCMultistepScheduler, WanPipeline, WanTransformer3DModel
from transformers import T5TokenizerFast, UMT5Config, UMT5EncoderModel

from oelala.mini.topology import build_random
from oelala.models.catalog import Row, find
from oelala.models.manager import ModelManager
from oelala.settings import Settings

WAN21 = "wan2.1-t2v-1.3b"
WAN21_LARGE = "wan2.1-t2v-14b"
EXPERTS = "wan2.2-t2v-a14b"
MINI = "oelala-mini"


@dataclass(frozen=True)
class TinyModels:
    """`mini`: Oelala Mini's layout; `models`: two of Wan 2.1's exact layout, and one of two experts."""

    mini: Path
    models: Path

    def row(self, model_id: str) -> Row:
        row = find(model_id)
        return replace(row, folder=self.mini) if model_id == MINI else row

    def manager(
        self, workspace: Path, *, models: Path | None = None, measure: Callable[[], int] | None = None
    ) -> ModelManager:
        settings = Settings(workspace=workspace, models=models or self.models)
        return ModelManager(settings, torch.device("cpu"), measure, self.row)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TinyModels]:
    root = tmp_path_factory.mktemp("models")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # such small matrices only wait for each other
    build_random(root / "mini", tiny=True)
    build_wan21(root / "hub" / find(WAN21).repo, seed=1)
    # the same text encoder and VAE, another transformer: as on the hub
    build_wan21(root / "hub" / find(WAN21_LARGE).repo, seed=1, transformer_seed=2)
    build_wan21(root / "hub" / find(EXPERTS).repo, seed=1, transformer_seed=3, second_seed=4)
    yield TinyModels(root / "mini", root / "hub")
    torch.set_num_threads(threads)


def build_wan21(
    folder: Path,
    seed: int,
    transformer_seed: int | None = None,
    second_seed: int | None = None,
    width: int = 32,
) -> None:
    """The layout of Wan2.1-T2V-*-Diffusers: names, classes, a VAE of three entries, UMT5, its tokenizer.

    With `second_seed` that of Wan2.2-T2V-A14B: a second transformer, and where it takes over.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        vae = AutoencoderKLWan(base_dim=4, num_res_blocks=1)
        text_encoder = UMT5EncoderModel(_text_config())
        torch.manual_seed(transformer_seed or seed)
        transformer = _transformer(width)
        second: dict[str, Any] = {}
        if second_seed is not None:
            torch.manual_seed(second_seed)
            second = {"transformer_2": _transformer(width), "boundary_ratio": 0.875}
    WanPipeline(
        tokenizer=T5TokenizerFast(vocab=_vocabulary(), extra_ids=0),
        text_encoder=text_encoder,
        vae=vae,
        scheduler=UniPCMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, num_train_timesteps=1000, flow_shift=3.0
        ),
        transformer=transformer,
        **second,
    ).save_pretrained(folder, max_shard_size="100kB")


def _transformer(width: int) -> WanTransformer3DModel:
    return WanTransformer3DModel(
        num_attention_heads=2,
        attention_head_dim=width // 2,
        text_dim=32,
        freq_dim=32,
        ffn_dim=2 * width,
        num_layers=2,
        cross_attn_norm=True,
    )


def _text_config() -> UMT5Config:
    return UMT5Config(
        vocab_size=len(_vocabulary()),
        d_model=32,
        d_kv=8,
        num_heads=2,
        d_ff=64,
        num_layers=1,
        dropout_rate=0.0,
    )


def _vocabulary() -> list[tuple[str, float]]:
    return [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)] + [
        (letter, -3.0) for letter in string.ascii_lowercase
    ]
