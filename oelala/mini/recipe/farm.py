"""Worker processes that make specs, captions and tokens ahead of the GPU; none of them imports torch."""

import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from loguru import logger
from numpy.typing import NDArray
from tokenizers import Tokenizer

from oelala.mini.captions import caption, in_sentences
from oelala.mini.captions_free import in_free_words
from oelala.mini.recipe.answers import answers_of
from oelala.mini.recipe.references import reference_of
from oelala.mini.world.seeds import random_clip
from oelala.mini.world.table import Table, table_of

CAPTIONS_PER_CLIP = 16
# The first of them are plain and complete. Of the others, in any order, so many are in free words and in
# sentences; the rest leave parts out, with rare words and typing errors.
PLAIN_CAPTIONS, FREE_CAPTIONS, SENTENCE_CAPTIONS = 8, 3, 2
PAD, MAX_TOKENS = "<pad>", 64
_AHEAD, _PATIENCE = 16, 60


@dataclass(frozen=True)
class Made:
    """Clips of consecutive seeds from `first` on: their table, tokens int16 (B, 16, 64), and the answers to
    `QUESTIONS`, int8 (B, 17); and, where asked for, the table of their reference pictures.
    """

    first: int
    table: Table
    tokens: NDArray[np.int16]
    answers: NDArray[np.int8]
    references: Table | None = None


def captions_of(seed: int) -> list[str]:
    """The sixteen captions of a clip, plain ones first."""
    spec, rng = random_clip(seed), np.random.default_rng([seed, 11])
    plain = [caption(spec, rng, plain=True) for _ in range(PLAIN_CAPTIONS)]
    hard = [in_free_words(spec, rng) for _ in range(FREE_CAPTIONS)]
    hard += [in_sentences(spec, rng) for _ in range(SENTENCE_CAPTIONS)]
    hard += [caption(spec, rng) for _ in range(CAPTIONS_PER_CLIP - PLAIN_CAPTIONS - len(hard))]
    rng.shuffle(hard)
    return plain + hard


def make(first: int, count: int, tokenizer: str, *, references: bool = False) -> Made:
    """What a worker does; `tokenizer` is the path of a tokenizer.json."""
    words = Tokenizer.from_file(tokenizer)
    words.enable_truncation(MAX_TOKENS)
    words.enable_padding(length=MAX_TOKENS, pad_id=words.token_to_id(PAD), pad_token=PAD)
    seeds = range(first, first + count)
    found = words.encode_batch_fast([text for seed in seeds for text in captions_of(seed)])
    tokens = np.array([one.ids for one in found], np.int16).reshape(count, CAPTIONS_PER_CLIP, MAX_TOKENS)
    specs = [random_clip(seed) for seed in seeds]
    pictures = table_of([reference_of(spec) for spec in specs]) if references else None
    return Made(first, table_of(specs), tokens, answers_of(specs), pictures)


def save(made: Made, path: Path) -> None:
    """Write an .npz without pickles."""
    arrays: dict[str, Any] = {f"table.{name}": value for name, value in made.table.items()}
    arrays |= {f"reference.{name}": value for name, value in (made.references or {}).items()}
    np.savez(path, first=made.first, tokens=made.tokens, answers=made.answers, **arrays)


def load(path: Path) -> Made:
    """Read what `save` wrote."""
    with np.load(path, allow_pickle=False) as found:
        table, pictures = (
            {name.removeprefix(kind): found[name] for name in found if name.startswith(kind)}
            for kind in ("table.", "reference.")
        )
        return Made(int(found["first"]), table, found["tokens"], found["answers"], pictures or None)


def _elsewhere(first: int, count: int, tokenizer: str, *, references: bool = False) -> Made:
    """`make` in a process of its own; in this one where that fails."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.npz"
        command = [sys.executable, "-m", __name__, str(first), str(count), tokenizer, str(path)]
        command += ["references"] if references else []
        try:
            subprocess.run(command, check=True, timeout=_PATIENCE, stdin=subprocess.DEVNULL)
            return load(path)
        except (OSError, subprocess.SubprocessError) as exc:
            logger.warning("captions made slowly: {}", exc)
            return make(first, count, tokenizer, references=references)


class Farm:
    """Hands out clips in order, `together` at a time, made ahead of time by `workers` processes.

    Each job is a process of its own, with a file for its answer: a pool of processes stood still twice beside
    a GPU, forked and spawned. Without workers this process makes them, when they are asked for.
    """

    def __init__(self, workers: int) -> None:
        self._make = _elsewhere if workers else make
        self._ahead = _AHEAD if workers else 1
        self.pool = ThreadPoolExecutor(max(1, workers))

    def clips(
        self, first: int, together: int, tokenizer: Path, *, references: bool = False
    ) -> Generator[Made, None, None]:
        """Clips of the seeds from `first` on, without end; with their reference pictures if asked."""
        waiting: deque[Future[Made]] = deque()
        try:
            while True:
                while len(waiting) < self._ahead:
                    job = self.pool.submit(self._make, first, together, str(tokenizer), references=references)
                    waiting.append(job)
                    first += together
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def close(self) -> None:
        """End the workers."""
        self.pool.shutdown(wait=False, cancel_futures=True)


if __name__ == "__main__":
    _made = make(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], references="references" in sys.argv[5:])
    save(_made, Path(sys.argv[4]))
