"""A tiny decoder is one file of a repository of many: fetched, found, verified and removed like a model."""

from __future__ import annotations

import random

from oelala.models.catalog import TINY_DECODERS, installation, locate
from oelala.models.download import download_model, remove_model, verify_model
from tests.models.download.conftest import Client
from tests.models.download.hub import Hub
from tests.models.folders import safetensors

ROW = TINY_DECODERS["wan-16"].row


def test_of_its_repository_only_that_file_comes(hub: Hub, client: Client) -> None:
    data = random.Random(4).randbytes(60_000)
    names = ("taew2_1.safetensors", "taew2_2.safetensors", "Wan2.1_VAE.safetensors")
    hub.repos[ROW.repo] = {
        **{name: safetensors(data) for name in names},
        "taew2_1.pth": data,
        "README.md": b"# Autoencoders",
    }
    done = download_model(client.request(ROW))
    asked = {request.path.rsplit("/", 1)[-1] for request in hub.asked_for(f"{ROW.repo}/resolve/")}
    assert asked == {"taew2_1.safetensors"}
    assert done.fetched == len(safetensors(data))
    found = installation(ROW, client.settings.models)
    assert found is not None
    assert found.components["decoder"].name == "taew2_1.safetensors"
    assert locate(TINY_DECODERS["wan-48"].row, client.settings.models) is None
    assert download_model(client.request(ROW)).fetched == 0
    assert verify_model(ROW, client.settings, client.hear, client.cancel).sound
    remove_model(ROW, client.settings)
    assert locate(ROW, client.settings.models) is None
