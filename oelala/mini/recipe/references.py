"""The reference picture of a clip: the same person in the same clothes, mostly elsewhere; no torch here."""

from dataclasses import replace
from typing import Final

import numpy as np

from oelala.mini.world import vocabulary as words
from oelala.mini.world.seeds import random_motion, random_scene
from oelala.mini.world.spec import ClipSpec

_VIEWS: Final = words.VIEWS[:3]  # front and both three-quarters
_SHOTS: Final = words.SHOTS[:2]  # full body, waist up
_OWN_SHARE, _WHITE_SHARE, _FRONT_SHARE, _FULL_SHARE = 0.25, 0.5, 0.6, 0.6


def reference_of(spec: ClipSpec) -> ClipSpec:
    """A still of the clip's character before a plain wall, often a white one, doing something else; for some
    the clip itself, of which its first frame is taken: so pictures come from all sides and in place."""
    rng = np.random.default_rng([int(spec.extra["seed"]), 13])
    if rng.random() < _OWN_SHARE:
        return spec
    scene, motion = random_scene(rng), random_motion(rng)
    view = _VIEWS[0 if rng.random() < _FRONT_SHARE else int(rng.integers(1, len(_VIEWS)))]
    if rng.random() < _WHITE_SHARE:
        scene = replace(scene, wall_name="white", wall=words.COLOURS["white"])
    scene = replace(
        scene,
        place="wall",
        shot=_SHOTS[0 if rng.random() < _FULL_SHARE else 1],
        view=view,
        yaw=words.VIEW_YAW[view] + float(rng.uniform(-9, 9)),
        turn=0.0,
    )
    others = [action for action in words.ACTIONS if action != spec.motion.action]
    motion = replace(motion, action=others[int(rng.integers(len(others)))])
    return replace(spec, scene=scene, motion=motion)
