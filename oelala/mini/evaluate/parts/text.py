"""What a prompt says and the clip shows: a body, and the colours of wall, top, bottom and hair."""

from collections.abc import Iterator
from dataclasses import asdict

from oelala.media.pose import PoseTrack
from oelala.mini.evaluate.actions import NUM_FRAMES, ActionClassifier
from oelala.mini.evaluate.bench import Bench, every_fourth
from oelala.mini.evaluate.clips import text_clips
from oelala.mini.evaluate.judge import Verdict
from oelala.mini.evaluate.prompts import Prompt, held_out_prompts
from oelala.mini.evaluate.renders import render
from oelala.mini.evaluate.results import Item, PartResult, Row
from oelala.mini.evaluate.sampler import Frames
from oelala.mini.evaluate.statistics import Estimate, share_of

REACH = {"body": 0.97, "wall": 0.97, "top": 0.92, "bottom": 0.92, "hair": 0.85}
_NAMES = {"body": "body found"}


def measure(bench: Bench) -> PartResult:
    """Judge `prompts` × `seeds` clips, and a render for each prompt; first the first seed of all."""
    options = bench.options
    result = bench.result("text", options.sampling)
    prompts, clips = held_out_prompts(options.prompts), text_clips(bench)
    wanted: dict[str, tuple[int, int | None]] = {}
    for seed in range(options.seeds):
        for number in range(len(prompts)):
            if seed == 0:
                wanted[_ceiling(number)] = number, None
            wanted[made(number, seed)] = number, seed
    for key in bench.turn(result, list(wanted)):
        which, one = wanted[key]
        if one is None:
            seen = bench.judge.look(render(prompts[which].spec, 5, [0, 2, 4]))
            result.add(key, item_of(prompts[which], seen))
        else:
            result.add(key, _judge(bench, prompts[which], clips(which, one), whole=one == 0))
    result.rows = [_row(result, name, options.prompts, options.seeds) for name in REACH]
    result.note = (
        f"{options.prompts} held-out prompts, {options.seeds} seeds, {options.num_frames} frames, "
        f"{options.steps} steps, guidance {options.guidance:g}; half Dutch, a quarter in wordings that the "
        "caption generator cannot make; full bodies before a coloured wall; colours are read at places that "
        "MediaPipe's joints give"
    )
    result.write()
    return result


def _judge(bench: Bench, prompt: Prompt, clip: Frames, *, whole: bool) -> Item:
    """Every fourth frame; of a `whole` clip all are looked at, and its action is kept for the next part."""
    if not whole or len(clip) != NUM_FRAMES:
        return item_of(prompt, bench.judge.look(every_fourth(clip)))
    track = bench.finder.track(list(clip))
    some = PoseTrack(every_fourth(track.landmarks), every_fourth(track.visibility), every_fourth(track.found))
    item = item_of(prompt, bench.judge.verdict(every_fourth(clip), some))
    return item | {"action": ActionClassifier.load().name(track.to_coco18())}


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
        found = ((number, result.items[key]["points"]) for number, key in keys if key in result.items)
        return share_of((number, given[name]) for number, given in found if name in given)

    mini = share((n, made(n, seed)) for n in range(prompts) for seed in range(seeds))
    ceiling = share((n, _ceiling(n)) for n in range(prompts))
    return Row(f"text: {_NAMES.get(name, name + ' colour')}", "share", mini, ceiling, REACH[name])


def made(number: int, seed: int) -> str:
    """The key of a clip's item."""
    return f"clip-{number:05d}-{seed}"


def _ceiling(number: int) -> str:
    return f"render-{number:05d}"
