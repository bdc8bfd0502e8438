"""Pictures come out as bytes, in order, and as early as they can."""

from collections.abc import Generator

import numpy as np
import pytest
import torch

from oelala.engines.frames_out import as_bytes, frames_out

NOISE = torch.rand(11, 3, 6, 8, generator=torch.Generator().manual_seed(3))
CHUNKS = list(NOISE.split([1, 4, 4, 2]))


def asked_for(chunks: list[torch.Tensor], asked: list[int]) -> Generator[torch.Tensor]:
    for number, chunk in enumerate(chunks):
        asked.append(number)
        yield chunk


def test_bytes_are_rounded_and_in_order() -> None:
    found = np.concatenate(list(frames_out(iter(CHUNKS))))
    truth = (NOISE.permute(0, 2, 3, 1) * 255).round().to(torch.uint8).numpy()
    assert found.shape == (11, 6, 8, 3)
    assert np.array_equal(found, truth)
    assert list(frames_out(iter([]))) == []


def test_on_a_processor_each_chunk_comes_before_the_next_is_made() -> None:
    asked: list[int] = []
    frames = frames_out(asked_for(CHUNKS, asked))
    next(frames)
    assert asked == [0]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_on_a_card_the_next_chunk_is_asked_for_first() -> None:
    asked: list[int] = []
    chunks = [chunk.to("cuda") for chunk in CHUNKS]
    frames = frames_out(asked_for(chunks, asked))
    first = next(frames)
    assert asked == [0, 1]
    found = np.concatenate([first, *frames])
    assert np.array_equal(found, np.concatenate([as_bytes(chunk) for chunk in CHUNKS]))
