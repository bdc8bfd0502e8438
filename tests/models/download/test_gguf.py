"""A catalog model whose transformers are GGUF files: from a hub to a clip and away again, all of it real."""

from __future__ import annotations

import gc
import hashlib
import shutil
import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import WanTransformer3DModel
from diffusers.quantizers.gguf.utils import GGUFLinear
from numpy.typing import NDArray
from peft import LoraConfig

from oelala.engines.sampling import Sampling, sample_wan
from oelala.engines.watch import Phases
from oelala.errors import Cancelled, ModelMissing, OelalaError
from oelala.models.catalog import Row, find, installation, locate, resolve, status
from oelala.models.download import download_model, remove_model, verify_model
from oelala.models.manager import Loan, ModelManager, ModelSpec
from oelala.models.planning import Hardware
from oelala.tasks.text_to_video import TextToVideo
from tests.engines.test_text_to_video import context_of
from tests.models.download.conftest import Client
from tests.models.download.hub import COMMIT, Hub
from tests.models.gguf_layout import write_q4_k_m
from tests.models.recognise.files import native
from tests.models.tiny import EXPERTS, WAN21_LARGE, build_wan21

HOST = find("wan2.2-ti2v-5b")
LARGE = {WAN21_LARGE: ("transformer",), EXPERTS: ("transformer", "transformer_2")}
GIB = 2**30


@dataclass(frozen=True)
class Tiny:
    """`folder`: the original, with the very numbers that its variant's files hold."""

    original: Row
    variant: Row
    folder: Path

    @property
    def task(self) -> TextToVideo:
        return TextToVideo(
            model=self.variant.id,
            prompt="somebody dances",
            negative_prompt="",
            width=128,
            height=128,
            num_frames=5,
            num_inference_steps=3,
            guidance_scale=3.0,
            guidance_scale_2=2.0 if "transformer_2" in self.variant.components else None,
            flow_shift=5.0,
            seed=7,
        )

    @property
    def small(self) -> TextToVideo:
        """To be sampled: smaller than the catalog lets a user ask for."""
        return self.task.model_copy(update={"width": 64, "height": 32})

    def manager(
        self, client: Client, card: Hardware | None = None, models: Path | None = None
    ) -> ModelManager:
        """The folder's config stands where the shipped one of the true size does."""
        base = str(self.folder / "transformer")
        settings = replace(client.settings, models=models or client.settings.models)
        return ModelManager(
            settings, torch.device("cpu"), None, lambda name: replace(find(name), base=base), card
        )


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="module", params=LARGE)
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Tiny, dict[str, bytes]]:
    """The tiny original on disk, and its GGUF repository."""
    original, variant = find(request.param), find(f"{request.param}-gguf")
    folder = tmp_path_factory.mktemp("hub") / original.repo
    second = 4 if request.param == EXPERTS else None
    build_wan21(folder, seed=1, transformer_seed=3, second_seed=second, width=256)
    files = {"README.md": b"# Quantised", "VAE/Wan2.1_VAE.safetensors": bytes(5000)}
    for seed, name in enumerate(LARGE[request.param]):
        part = variant.components[name]
        path = folder.parent / part.files[0]
        module = WanTransformer3DModel.from_pretrained(folder / name)
        told = write_q4_k_m(path, module, seed)
        module.load_state_dict({ours: told[native(ours)] for ours in module.state_dict()})
        shutil.rmtree(folder / name)
        module.save_pretrained(folder / name)
        where = f"{part.subfolder}/{part.files[0]}".removeprefix("./")
        files |= {where: path.read_bytes(), where.replace("Q4_K_M", "Q8_0"): bytes(9000)}
    return Tiny(original, variant, folder), files


@pytest.fixture
def tiny(built: tuple[Tiny, dict[str, bytes]], hub: Hub) -> Tiny:
    model, files = built
    hub.repos[model.original.repo] = files_of(model.folder)
    hub.repos[HOST.repo] = files_of(model.folder)
    source = model.variant.components["transformer"].source
    assert source is not None
    hub.repos[source] = files
    return model


def made(task: TextToVideo, loan: Loan) -> NDArray[np.uint8]:
    return np.concatenate(list(sample_wan(Sampling(task), loan, Phases(context_of()))))


def clip(
    manager: ModelManager, task: TextToVideo, see: Callable[[Loan], object] = lambda loan: None
) -> NDArray[np.uint8]:
    with manager.use(ModelSpec(task.model, values=task.model_dump())) as loan:
        see(loan)
        return made(task, loan)


def asked(hub: Hub, repo: str) -> set[str]:
    return {request.path.split(f"{COMMIT}/")[1] for request in hub.asked_for(f"/{repo}/resolve/")}


def test_from_the_hub_to_a_clip_and_away_again(hub: Hub, client: Client, tiny: Tiny) -> None:
    row, settings = tiny.variant, client.settings
    with pytest.raises(ModelMissing):
        resolve(tiny.task, settings)
    download_model(client.request(row))
    files = {f"{p.subfolder}/{p.files[0]}".removeprefix("./"): p for p in row.components.values() if p.files}
    (source,) = {part.source for part in files.values()}
    assert source is not None
    assert asked(hub, source) == files.keys(), "of all that is there, these files alone"
    assert {path.split("/")[0] for path in asked(hub, row.repo)} <= {*row.components, "model_index.json"} - {
        *LARGE[EXPERTS]
    }
    found = installation(row, settings.models)
    assert found is not None
    for name in LARGE[tiny.original.id]:
        blob = found.components[name].resolve()
        assert hashlib.sha256(blob.read_bytes()).hexdigest() == blob.name
    assert verify_model(row, settings, client.hear, client.cancel).sound
    assert resolve(tiny.task, settings).model == row.id
    assert status(row, settings).on_disk
    assert not status(tiny.original, settings).on_disk

    manager = tiny.manager(client)
    parts: list[weakref.ref[torch.nn.Module]] = []

    def look(loan: Loan) -> None:
        for name in LARGE[tiny.original.id]:
            transformer = getattr(loan.pipeline, name)
            parts.append(weakref.ref(transformer))
            kinds = {
                one.weight.quant_type.name for one in transformer.modules() if isinstance(one, GGUFLinear)
            }
            assert kinds == {"Q4_K", "Q6_K"}
            assert {path.rsplit("/", 1)[1] for path in loan.hashes} >= {row.components[name].files[0]}

    frames = clip(manager, tiny.small, look)
    # the original, with the same numbers unpacked by ggml's own reference
    truth = clip(
        tiny.manager(client, models=tiny.folder.parent.parent),
        tiny.small.model_copy(update={"model": tiny.original.id}),
    )
    assert frames.std() > 5
    assert np.abs(frames.astype(float) - truth).mean() < 0.5, "unpacked in 16 bits on the way"
    manager.empty()
    gc.collect()
    assert [one() for one in parts] == [None] * len(parts)

    assert remove_model(row, settings).freed > sum(len(hub.repos[source][path]) for path in files)
    assert not [path for path in settings.models.rglob("*") if path.is_file() and ".locks" not in path.parts]


def test_streamed_with_an_adapter_beside_it(client: Client, tiny: Tiny) -> None:
    """On a card of 8 GB: packed blocks pass through it. What is put beside them leaves nothing behind."""
    download_model(client.request(tiny.variant))
    truth = clip(tiny.manager(client), tiny.small)
    manager = tiny.manager(client, Hardware("cuda", "", 8 * GIB, 32 * GIB, disk_free=10**15))
    with manager.use(ModelSpec(tiny.variant.id, values=tiny.task.model_dump())) as loan:
        assert loan.plan is not None
        assert (loan.plan.fits, loan.plan.quantisation) == (True, "gguf")
        for name in LARGE[tiny.original.id]:
            assert loan.plan.placements[name] == "streamed"
        assert np.array_equal(made(tiny.small, loan), truth)
        transformer = loan.pipeline.transformer
        transformer.add_adapter(LoraConfig(r=2, target_modules=["to_q", "to_v"], init_lora_weights=False))
        assert not np.array_equal(made(tiny.small, loan), truth)
        with pytest.raises(Exception):  # noqa: B017, PT011 - whatever peft says: packed weights take no sum
            transformer.fuse_lora()
        transformer.delete_adapters("default")
    assert np.array_equal(clip(manager, tiny.small), truth)


def test_beside_the_original(hub: Hub, client: Client, tiny: Tiny) -> None:
    """Each uses what the other brought, stays whole when that goes, and is missed, not broken."""
    settings, original = client.settings, tiny.original
    download_model(client.request(tiny.variant))
    with pytest.raises(ModelMissing):
        resolve(tiny.task.model_copy(update={"model": original.id}), settings)
    hub.requests.clear()
    download_model(client.request(original))
    assert {path.split("/")[0] for path in asked(hub, original.repo)} <= {*LARGE[EXPERTS], "model_index.json"}
    removed = remove_model(original, settings)
    assert tiny.variant.title in removed.needed_by
    assert locate(tiny.variant, settings.models) is not None
    download_model(client.request(original))
    remove_model(tiny.variant, settings)
    assert locate(original, settings.models) is not None
    with pytest.raises(ModelMissing):
        resolve(tiny.task, settings)
    with pytest.raises(ModelMissing):
        remove_model(tiny.variant, settings)
    assert locate(original, settings.models) is not None


def test_the_original_stays_at_the_commit_that_is_here(hub: Hub, client: Client, tiny: Tiny) -> None:
    settings, cache = client.settings, client.cache(tiny.original)
    download_model(client.request(tiny.original))
    old = "d" * 40
    (cache / "snapshots" / COMMIT).rename(cache / "snapshots" / old)
    (cache / "refs" / "main").write_text(old)
    hub.commits.add(old)
    download_model(client.request(tiny.variant))
    assert locate(tiny.original, settings.models) == cache / "snapshots" / old
    assert locate(tiny.variant, settings.models) == cache / "snapshots" / old


def test_a_paused_download_of_the_original_is_left_alone(hub: Hub, client: Client, tiny: Tiny) -> None:
    settings = client.settings
    download_model(client.request(tiny.variant))
    hub.faults.cuts = [0.5, *[0.0] * 10]
    with pytest.raises(OelalaError, match="broke off"):
        download_model(client.request(tiny.original))
    hub.faults.cuts = []
    (begun,) = client.cache(tiny.original).glob("blobs/*.incomplete")
    remove_model(tiny.variant, settings)
    assert begun.exists()
    download_model(client.request(tiny.original))
    assert locate(tiny.original, settings.models) is not None


def test_what_an_unfinished_download_left_can_be_removed(hub: Hub, client: Client, tiny: Tiny) -> None:
    source = tiny.variant.components["transformer"].source
    assert source is not None
    root = client.settings.models / f"models--{source.replace('/', '--')}"
    hub.faults.rate = 2_000_000
    client.so_far, client.then = sum(map(len, hub.repos[source].values())) * 2 // 3, client.cancel.cancel
    with pytest.raises(Cancelled):
        download_model(client.request(tiny.variant))
    assert any(root.glob("blobs/*"))
    remove_model(tiny.variant, client.settings)
    assert not root.exists()
