"""Workers make the captions and tables of clips in order; shards are counted, sized and packed."""

import tarfile
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from oelala.mini.captions import caption, in_sentences
from oelala.mini.captions_free import in_free_words
from oelala.mini.recipe.answers import QUESTIONS
from oelala.mini.recipe.call import PART_BYTES, pack
from oelala.mini.recipe.farm import FREE_CAPTIONS, PLAIN_CAPTIONS, SENTENCE_CAPTIONS, Farm, captions_of
from oelala.mini.recipe.latent_set import LatentSet, write_statistics
from oelala.mini.recipe.latents import tokenizer_of
from oelala.mini.world.pack import pack as pack_people
from oelala.mini.world.seeds import random_clip


def test_plain_captions_say_everything_without_a_typing_error() -> None:
    made = captions_of(7)
    assert len(made) == 16
    assert made == captions_of(7)
    assert min(map(len, made[:PLAIN_CAPTIONS])) > 60


def test_hard_captions_are_of_all_kinds_in_any_order() -> None:
    spec, rng = random_clip(7), np.random.default_rng([7, 11])
    for _ in range(PLAIN_CAPTIONS):
        caption(spec, rng, plain=True)
    free = [in_free_words(spec, rng) for _ in range(FREE_CAPTIONS)]
    sentences = [in_sentences(spec, rng) for _ in range(SENTENCE_CAPTIONS)]
    hard = captions_of(7)[PLAIN_CAPTIONS:]
    assert set(free + sentences) < set(hard)
    assert hard[: len(free)] != free


def test_a_farm_hands_out_clips_in_order(tmp_path: Path) -> None:
    tokenizer = tokenizer_of(tmp_path, tiny=True)
    changed = tokenizer.stat().st_mtime_ns
    assert tokenizer_of(tmp_path, tiny=True).stat().st_mtime_ns == changed
    farm = Farm(0)
    supply = farm.clips(50, 3, tokenizer)
    first, second = next(supply), next(supply)
    supply.close()
    farm.close()
    assert (first.first, second.first) == (50, 53)
    assert first.tokens.shape == (3, 16, 64)
    assert ((first.tokens == 1).sum(-1) == 1).all()
    from_specs = pack_people([random_clip(seed) for seed in range(53, 56)], 2, "cpu")
    from_table = pack_people(second.table, 2, "cpu")
    assert torch.equal(from_specs.skeleton.wrists, from_table.skeleton.wrists)
    assert torch.equal(from_specs.number["wall"], from_table.number["wall"])


def test_latents_come_back_normalised(tmp_path: Path) -> None:
    latents = (torch.randn(40, 48, 1, 4, 4) * 3 + 2).bfloat16()
    z = latents.double().transpose(0, 1).flatten(1)
    sums = torch.stack([torch.full((48,), float(z.shape[1])).double(), z.sum(1), (z * z).sum(1)])
    tokens = torch.arange(16).view(1, 16, 1).expand(40, 16, 64).to(torch.int16).contiguous()
    answers = torch.arange(40).view(40, 1).expand(40, len(QUESTIONS)).to(torch.int8).contiguous()
    whole = {"latents": latents, "tokens": tokens, "answers": answers, "sums": sums}
    save_file(whole, tmp_path / "stills-1.safetensors")
    write_statistics(tmp_path)
    found = LatentSet("stills", tmp_path, torch.device("cpu"))
    assert len(found) == 40
    assert len(LatentSet("clips", tmp_path, torch.device("cpu"))) == 0
    drawn = found.draw(30, 1, hard=0.0)
    assert abs(drawn.latents.mean()) < 0.1
    assert abs(drawn.latents.std() - 1) < 0.1
    assert drawn.tokens.max() < PLAIN_CAPTIONS
    assert drawn.answers.shape == (30, len(QUESTIONS))
    assert found.draw(30, 1, hard=1.0).tokens.min() >= PLAIN_CAPTIONS


def test_packing_splits_and_comes_back(tmp_path: Path) -> None:
    folder, out = tmp_path / "mini", tmp_path / "out"
    (folder / "tokenizer").mkdir(parents=True)
    (folder / "tokenizer" / "tokenizer.json").write_text("{}")
    (folder / "vae.safetensors").write_bytes(bytes(PART_BYTES + 1000))
    (folder / "vae.state.safetensors").write_bytes(bytes(10))
    pack(folder, out)
    parts = sorted(out.glob("mini.tar.*"))
    assert [part.name for part in parts] == ["mini.tar.00", "mini.tar.01"]
    assert all(part.stat().st_size <= PART_BYTES for part in parts)
    with tarfile.open(fileobj=BytesIO(b"".join(part.read_bytes() for part in parts))) as tar:
        assert tar.getnames() == ["vae.safetensors", "tokenizer", "tokenizer/tokenizer.json"]
