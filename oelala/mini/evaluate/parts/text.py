"""What a prompt says and the clip shows: a body, and the colours of wall, top, bottom and hair."""

from collections.abc import Iterator
from dataclasses import asdict

from loguru import logger

from oelala.mini.evaluate.bench import Bench, every_fourth, render, strip_of
from oelala.mini.evaluate.judge import Verdict
from oelala.mini.evaluate.prompts import Prompt, held_out_prompts
from oelala.mini.evaluate.results import Item, PartResult, Row
from oelala.mini.evaluate.statistics import Estimate, share_of
from oelala.mini.evaluate.text_clips import text_clip

REACH = {"body": 0.97, "wall": 0.97, "top": 0.92, "bottom": 0.92, "hair": 0.85}
ON_SHEET = 24
_NAMES = {"body": "body found"}


def measure(bench: Bench) -> PartResult:
    """Judge `prompts` × `seeds` clips, and a render for each prompt."""
    options = bench.options
    result = bench.result("text", options.sampling)
    sheet = bench.sheet("text", 4)
    prompts = held_out_prompts(options.prompts)
    for number, prompt in enumerate(prompts):
        for _ in result.missing([_ceiling(number)]):
            result.add(_ceiling(number), item_of(prompt, bench.judge.look(render(prompt.spec, 5)[::2])))
        for seed in range(options.seeds):
            for key in result.missing([_made(number, seed)]):
                clip = text_clip(bench, prompt, number, seed)
                result.add(key, item_of(prompt, bench.judge.look(every_fourth(clip))))
                logger.info("text {} {} {}", key, result.items[key]["points"], prompt.text)
                if seed == 0 and number < ON_SHEET:
                    sheet.add(number, strip_of(clip, render(prompt.spec, 1)[0]))
                    sheet.write(ON_SHEET)
    result.rows = [_row(result, name, options.prompts, options.seeds) for name in REACH]
    result.note = (
        f"{options.prompts} held-out prompts, {options.seeds} seeds, {options.num_frames} frames, "
        f"{options.steps} steps, guidance {options.guidance:g}; half Dutch, a quarter in wordings that the "
        "caption generator cannot make; full bodies before a coloured wall; colours are read at places that "
        "MediaPipe's joints give"
    )
    result.write()
    return result


def item_of(prompt: Prompt, seen: Verdict) -> Item:
    """What is kept of a clip."""
    return {"prompt": prompt.text, "seen": asdict(seen), "points": points(prompt, seen)}


def points(prompt: Prompt, seen: Verdict) -> dict[str, float]:
    """One clip's points in each row, 0..1; heads without hair have none for its colour."""
    character, clothes = prompt.spec.character, prompt.spec.clothes
    made = {
        "body": seen.body,
        "wall": float(seen.wall == prompt.spec.scene.wall_name),
        "top": float(seen.top == clothes.top_name),
        "bottom": float(seen.bottom == clothes.bottom_name),
    }
    hair = {} if character.hair_style == "bald" else {"hair": float(seen.hair == character.hair_name)}
    return made | hair


def _row(result: PartResult, name: str, prompts: int, seeds: int) -> Row:
    def share(keys: Iterator[tuple[int, str]]) -> Estimate | None:
        found = ((number, result.items[key]["points"]) for number, key in keys)
        return share_of((number, given[name]) for number, given in found if name in given)

    made = share((n, _made(n, seed)) for n in range(prompts) for seed in range(seeds))
    ceiling = share((n, _ceiling(n)) for n in range(prompts))
    return Row(f"text: {_NAMES.get(name, name + ' colour')}", "share", made, ceiling, REACH[name])


def _made(number: int, seed: int) -> str:
    return f"clip-{number:05d}-{seed}"


def _ceiling(number: int) -> str:
    return f"render-{number:05d}"
