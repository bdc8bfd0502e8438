"""The clips that `text` and `action` judge: the same latents, made once."""

from oelala.mini.evaluate.bench import Bench
from oelala.mini.evaluate.latents import key_of
from oelala.mini.evaluate.prompts import Prompt, noise_seed
from oelala.mini.evaluate.sampler import Frames


def text_clip(bench: Bench, prompt: Prompt, number: int, seed: int) -> Frames:
    """The frames of that clip, from latents that are there or made now."""
    key = key_of("text", number, seed)
    if key not in bench.latents:
        bench.latents.put(key, bench.sampler.from_text([prompt.text], [noise_seed(number, seed)])[0])
    return bench.sampler.decode(bench.latents.get(key))
