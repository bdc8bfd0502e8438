"""What a prompt says is done, and what is: MediaPipe's joints of every frame, named by a small network."""

from loguru import logger

from oelala.mini.evaluate.actions import ActionClassifier
from oelala.mini.evaluate.bench import Bench
from oelala.mini.evaluate.prompts import held_out_prompts
from oelala.mini.evaluate.results import PartResult, Row
from oelala.mini.evaluate.statistics import Estimate, share_of
from oelala.mini.evaluate.text_clips import text_clip

NUM_FRAMES = 33


def measure(bench: Bench) -> PartResult:
    """Judge the first seed of every prompt. Raises ValueError for clips of another length than 33 frames."""
    options = bench.options
    if options.num_frames != NUM_FRAMES:
        raise ValueError(f"actions are read from {NUM_FRAMES} frames, not {options.num_frames}")
    classifier = ActionClassifier.load()
    result = bench.result("action", options.sampling)
    prompts = {f"{number:05d}": prompt for number, prompt in enumerate(held_out_prompts(options.prompts))}
    for key in result.missing(list(prompts)):
        prompt = prompts[key]
        track = bench.finder.track(list(text_clip(bench, prompt, int(key), 0)))
        seen = classifier.name(track.to_coco18())
        result.add(key, {"prompt": prompt.text, "asked": prompt.spec.motion.action, "seen": seen})
        logger.info("action {} {} {}", key, prompt.spec.motion.action, seen)
    items = result.of(list(prompts))
    share = share_of((number, float(item["asked"] == item["seen"])) for number, item in enumerate(items))
    result.rows = [Row("text: action", "share", share, ceiling_of(classifier), 0.85)]
    result.note = (
        f"{len(items)} held-out prompts, one seed, ten actions, chance 10 %; renders are the network's own "
        "held-out ones, of other people than it was trained on"
    )
    result.write()
    return result


def ceiling_of(classifier: ActionClassifier) -> Estimate:
    """How often the network is right on renders."""
    found = classifier.report["held_out_renders"]
    low, high = found["interval"]
    return Estimate(found["accuracy"], low, high, found["clips"], found["clips"])
