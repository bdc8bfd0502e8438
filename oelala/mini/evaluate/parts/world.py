"""What detectors find on plain renders: the ceilings of everything else, in large samples, a picture each."""

from collections.abc import Callable
from typing import Any

import numpy as np

from oelala.mini.evaluate.bench import Bench
from oelala.mini.evaluate.pose_clips import motion_of
from oelala.mini.evaluate.renders import render
from oelala.mini.evaluate.results import Item, PartResult, Row
from oelala.mini.evaluate.statistics import Estimate, area_under_curve, share_of
from oelala.mini.evaluate.world_samples import CLOSE, PICTURES, body, face, pictures_of, world_hash

_VISIBLE, _NEAR = 0.75, 0.05
_NOSE_AND_EYES = (0, 14, 15)
_DIGITS = 4


def measure(bench: Bench) -> PartResult:
    """Look at `people` bodies, twice as many faces, and a fifth as many characters six times each."""
    count = bench.options.people
    result = bench.result("world", {"world": world_hash()})
    wanted: dict[str, tuple[Callable[[Bench, int], Item], int]] = {}
    for number in range(count):
        wanted[f"body-{number:05d}"] = _body, number
        wanted |= {f"face-{2 * number + k:05d}": (_face, 2 * number + k) for k in (0, 1)}
        if number % 5 == 0:
            wanted[f"who-{number // 5:05d}"] = _who, number // 5
    for key in bench.turn(result, list(wanted)):
        look, number = wanted[key]
        result.add(key, look(bench, number))
    kinds = {
        name: [result.items[k] for k in wanted if k.startswith(name) and k in result.items] for name in _ROWS
    }
    result.rows = [row for name, rows in _ROWS.items() for row in rows(kinds[name])]
    result.note = _note(kinds["body"], kinds["face"])
    result.write()
    return result


def _body(bench: Bench, number: int) -> Item:
    """Whether a body is found, and the share of the visible joints that are where they are."""
    spec = body(number)
    points = motion_of(spec, 1).people[0].body[0]
    asked = points[:, 2] >= _VISIBLE
    frame = render(spec, 1)
    track = bench.finder.track(list(frame))
    away = points[:, :2] / frame.shape[1] - track.to_coco18()[0, :, :2]
    near = (np.hypot(*away.T) <= _NEAR) & bool(track.found[0])
    scene = spec.scene
    about = {"action": spec.motion.action, "view": scene.view, "light": scene.light, "place": scene.place}
    return about | {"found": bool(track.found[0]), "near": int(near[asked].sum()), "joints": int(asked.sum())}


def _face(bench: Bench, number: int) -> Item:
    """Whether a face is found whose nose and eyes are in the picture; without those, nothing is asked."""
    spec = face(number)
    about = {"action": spec.motion.action, "shot": spec.scene.shot, "yaw": round(spec.scene.yaw, 1)}
    if not (motion_of(spec, 1).people[0].body[0, list(_NOSE_AND_EYES), 2] >= _VISIBLE).all():
        return about
    return about | {"found": bool(bench.faces.find(render(spec, 1)[0]))}


def _who(bench: Bench, number: int) -> Item:
    """The descriptors of a character's faces, by shot."""
    specs = pictures_of(number)
    track = bench.faces.read(np.concatenate([render(spec, 1) for spec in specs]))
    found: dict[str, Any] = {shot: [] for shot in CLOSE}
    for spec, row, there in zip(specs, track.descriptors, track.found, strict=True):
        if there:
            found[spec.scene.shot].append(" ".join(f"{value:.{_DIGITS}f}" for value in row))
    return found


def _body_rows(items: list[Item]) -> list[Row]:
    found = share_of((number, float(item["found"])) for number, item in enumerate(items))
    asked = [item for item in items if item["joints"]]
    pck = share_of((number, _pck(item)) for number, item in enumerate(asked))
    return [_row("body found", found, 0.99), _row("PCK@0.05", pck, 0.9)]


def _face_rows(items: list[Item]) -> list[Row]:
    frontal, aside = (
        share_of((n, float(item["found"])) for n, item in enumerate(items[first::2]) if "found" in item)
        for first in (0, 1)
    )
    return [_row("frontal face found", frontal, 0.95), _row("face found within 35°", aside)]


def _who_rows(items: list[Item]) -> list[Row]:
    return [
        _row(f"face descriptor, AUC, {name}", _area(items, shot), 0.97)
        for shot, name in zip(CLOSE, ("close-ups", "waist up"), strict=True)
    ]


def _area(items: list[Item], shot: str) -> Estimate | None:
    pairs = [(number, row.split()) for number, item in enumerate(items) for row in item[shot]]
    if not pairs:
        return None
    groups = np.array([number for number, _ in pairs])
    return area_under_curve(np.array([row for _, row in pairs], np.float64), groups)


_ROWS: dict[str, Callable[[list[Item]], list[Row]]] = {
    "body": _body_rows,
    "face": _face_rows,
    "who": _who_rows,
}


def _row(what: str, value: Estimate | None, reach: float | None = None) -> Row:
    return Row(f"world: {what}", "share", None, value, reach, of_renders=True)


def _note(bodies: list[Item], faces: list[Item]) -> str:
    asked = [item for item in faces if "found" in item]
    return (
        f"{len(bodies)} full bodies of all actions, sides, places and lights, the visible joints, a missing "
        f"body being all wrong (PCK: {_by_action(bodies, _pck)}); {len(asked)} faces, close up and from the "
        "waist up, of all actions and lights, with nose and eyes in the picture "
        f"(found: {_by_action(asked, _found)}); {PICTURES} pictures of each character, in other clothes, "
        "actions, lights and places, within 35 degrees of the front, faces that are not found left out; "
        "intervals of AUC by bootstrap over characters"
    )


def _pck(item: Item) -> float:
    return float(item["near"] / max(item["joints"], 1))


def _found(item: Item) -> float:
    return float(item["found"])


def _by_action(items: list[Item], value: Callable[[Item], float]) -> str:
    """The worst first."""
    groups: dict[str, list[float]] = {}
    for item in items:
        groups.setdefault(item["action"], []).append(value(item))
    means = sorted((float(np.mean(values)), group) for group, values in groups.items())
    return ", ".join(f"{group} {100 * mean:.0f} %" for mean, group in means)
