"""What a prompt says is done, and what is: MediaPipe's joints of every frame, named by a small network."""

from oelala.mini.evaluate.actions import NUM_FRAMES, ActionClassifier
from oelala.mini.evaluate.bench import Bench
from oelala.mini.evaluate.clips import text_clips
from oelala.mini.evaluate.parts.text import made
from oelala.mini.evaluate.prompts import held_out_prompts
from oelala.mini.evaluate.results import PartResult, Row
from oelala.mini.evaluate.statistics import Estimate, share_of


def measure(bench: Bench) -> PartResult:
    """Judge the first seed of every prompt. Raises ValueError for clips of another length than 33 frames."""
    options = bench.options
    if options.num_frames != NUM_FRAMES:
        raise ValueError(f"actions are read from {NUM_FRAMES} frames, not {options.num_frames}")
    classifier, clips = ActionClassifier.load(), text_clips(bench)
    result, looked_at = bench.result("action", options.sampling), bench.result("text", options.sampling).items
    prompts = {f"{number:05d}": prompt for number, prompt in enumerate(held_out_prompts(options.prompts))}
    for key in bench.turn(result, list(prompts)):
        before = looked_at.get(made(int(key), 0), {})
        if "action" in before:
            seen = before["action"]
        else:
            seen = classifier.name(bench.finder.track(list(clips(int(key)))).to_coco18())
        asked = prompts[key].spec.motion.action
        result.add(key, {"prompt": prompts[key].text, "asked": asked, "seen": seen})
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
