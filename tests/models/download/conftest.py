from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from oelala.models.catalog import Row, find
from oelala.models.download import DownloadRequest, Patience
from oelala.progress import CancelToken
from oelala.settings import Settings
from tests.library.conftest import small_disk
from tests.models.download.hub import Hub, running_hub
from tests.models.folders import safetensors

__all__ = ["small_disk"]


def from_one_repository(row: Row) -> Row:
    return replace(row, components={name: replace(p, source=None) for name, p in row.components.items()})


SMALL, LARGE = from_one_repository(find("wan2.1-t2v-1.3b")), from_one_repository(find("wan2.1-t2v-14b"))
# As they are: the text encoder comes from HOST's repository.
GUEST, HOST = find("wan2.1-t2v-1.3b"), find("wan2.2-ti2v-5b")
# Everything that takes seconds in life, in hundredths of one.
HASTY = Patience(
    tries=4, pause=0.01, longest_pause=0.03, connect=2, read=2, window=0.4, least_bytes=500, headway=1000
)
WEIGHTS = 200_000  # bytes of each file of weights


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running_hub() as running:
        for row in (SMALL, LARGE, HOST):
            running.repos[row.repo] = repository(row)
        yield running


def repository(row: Row, seed: int = 1) -> dict[str, bytes]:
    """A model as it lies on the hub: two shards, a tokenizer, and much that nobody needs."""
    chance, own = random.Random(seed), random.Random(row.id)
    shards = [f"diffusion_pytorch_model-0000{n}-of-00002.safetensors" for n in (1, 2)]
    index = {"weight_map": {f"weight.{number}": name for number, name in enumerate(shards)}}
    return {
        ".gitattributes": b"*.safetensors filter=lfs",
        "README.md": b"# A model",
        "model_index.json": b'{"_class_name": "WanPipeline"}',
        "assets/comp.png": chance.randbytes(5000),
        "scheduler/scheduler_config.json": b'{"of": "scheduler/scheduler_config"}',
        "tokenizer/spiece.model": chance.randbytes(4000),
        "tokenizer/tokenizer_config.json": b'{"of": "tokenizer/tokenizer_config"}',
        "text_encoder/config.json": b'{"of": "text_encoder/config"}',
        "text_encoder/model.safetensors": safetensors(chance.randbytes(WEIGHTS)),
        "text_encoder/model.fp16.safetensors": safetensors(chance.randbytes(WEIGHTS)),
        "text_encoder/pytorch_model.bin": chance.randbytes(WEIGHTS),
        "transformer/config.json": b'{"of": "transformer/config"}',
        "transformer/diffusion_pytorch_model.safetensors.index.json": json.dumps(index).encode(),
        f"transformer/{shards[0]}": safetensors(own.randbytes(WEIGHTS)),
        f"transformer/{shards[1]}": safetensors(own.randbytes(WEIGHTS)),
        "transformer/diffusion_pytorch_model.safetensors": safetensors(own.randbytes(WEIGHTS)),
        "transformer/modeling.py": b"print('code')",
        "vae/config.json": b'{"of": "vae/config"}',
        "vae/diffusion_pytorch_model.safetensors": safetensors(chance.randbytes(WEIGHTS)),
    }


@dataclass
class Client:
    """Downloads into `models`; `reports` holds every (done, total) heard. `then` is called at `so_far`."""

    settings: Settings
    reports: list[tuple[int, int]] = field(default_factory=list)
    cancel: CancelToken = field(default_factory=CancelToken)
    so_far: float = float("inf")
    then: Callable[[], object] = lambda: None

    def request(self, row: Row = SMALL) -> DownloadRequest:
        return DownloadRequest(row, self.settings, self.cancel, self.hear, HASTY)

    def hear(self, done: int, total: int) -> None:
        self.reports.append((done, total))
        if done >= self.so_far:
            self.so_far = float("inf")
            self.then()

    def cache(self, row: Row = SMALL) -> Path:
        return self.settings.models / f"models--{row.repo.replace('/', '--')}"

    def with_token(self, token: str) -> Client:
        return Client(replace(self.settings, hub_token=token))


@pytest.fixture
def client(hub: Hub, tmp_path: Path) -> Client:
    return Client(
        Settings(
            workspace=tmp_path / "workspace",
            models=tmp_path / "hub",
            hub_endpoint=hub.address,
            hub_token_file=tmp_path / "token",
        )
    )
