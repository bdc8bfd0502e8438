"""Worker processes that make specs, captions and tokens ahead of the GPU; none of them imports torch."""

import multiprocessing
from collections import deque
from collections.abc import Generator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from oelala.mini.captions import caption
from oelala.mini.recipe.answers import answers_of
from oelala.mini.world.spec import random_clip
from oelala.mini.world.table import Table, table_of

CAPTIONS_PER_CLIP = 16
# The first of them are plain and complete; the others leave parts out, with rare words and typing errors.
PLAIN_CAPTIONS = 8
PAD, MAX_TOKENS = "<pad>", 64
_AHEAD = 12


@dataclass(frozen=True)
class Made:
    """Clips of consecutive seeds from `first` on: their table, tokens int16 (B, 16, 64), and the answers to
    `QUESTIONS`, int8 (B, 17).
    """

    first: int
    table: Table
    tokens: NDArray[np.int16]
    answers: NDArray[np.int8]


def captions_of(seed: int) -> list[str]:
    """The sixteen captions of a clip, plain ones first."""
    spec, rng = random_clip(seed), np.random.default_rng([seed, 11])
    return [caption(spec, rng, plain=number < PLAIN_CAPTIONS) for number in range(CAPTIONS_PER_CLIP)]


def make(first: int, count: int, tokenizer: str) -> Made:
    """What a worker does; `tokenizer` is the path of a tokenizer.json."""
    words = Tokenizer.from_file(tokenizer)
    words.enable_truncation(MAX_TOKENS)
    words.enable_padding(length=MAX_TOKENS, pad_id=words.token_to_id(PAD), pad_token=PAD)
    seeds = range(first, first + count)
    found = words.encode_batch_fast([text for seed in seeds for text in captions_of(seed)])
    tokens = np.array([one.ids for one in found], np.int16).reshape(count, CAPTIONS_PER_CLIP, MAX_TOKENS)
    specs = [random_clip(seed) for seed in seeds]
    return Made(first, table_of(specs), tokens, answers_of(specs))


class Farm:
    """Hands out clips in order, `together` at a time, made ahead of time by `workers` processes.

    The processes are spawned, not forked: a fork of a process whose libraries run threads may hang.
    """

    def __init__(self, workers: int) -> None:
        self.pool: Executor = (
            ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
            if workers
            else ThreadPoolExecutor(1)
        )

    def clips(self, first: int, together: int, tokenizer: Path) -> Generator[Made, None, None]:
        """Clips of the seeds from `first` on, without end."""
        waiting: deque[Future[Made]] = deque()
        try:
            while True:
                while len(waiting) < _AHEAD:
                    waiting.append(self.pool.submit(make, first, together, str(tokenizer)))
                    first += together
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def close(self) -> None:
        """End the workers."""
        self.pool.shutdown(wait=False, cancel_futures=True)
