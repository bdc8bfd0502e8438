"""People, clothes, places, motions and whole clips from seeds: one number, always the same clip."""

import numpy as np

from oelala.mini.world import vocabulary as words
from oelala.mini.world.spec import FACE_AXES, Character, ClipSpec, Clothes, Colour, Motion, Scene


def _near(rng: np.random.Generator, colour: Colour, spread: float) -> Colour:
    value = np.clip(
        np.asarray(colour) * rng.uniform(1 - spread, 1 + spread) + rng.normal(0, spread / 4, 3), 0, 1
    )
    return (float(value[0]), float(value[1]), float(value[2]))


def _pick(
    rng: np.random.Generator, options: tuple[str, ...], weights: tuple[float, ...] | None = None
) -> str:
    if weights is None:
        return options[int(rng.integers(len(options)))]
    share = np.cumsum(weights)
    return options[int(np.searchsorted(share, rng.uniform(0, share[-1])))]


_IRISES: tuple[Colour, ...] = (
    (0.26, 0.14, 0.06),
    (0.10, 0.34, 0.75),
    (0.12, 0.46, 0.20),
    (0.46, 0.48, 0.52),
    (0.66, 0.40, 0.08),
    (0.08, 0.07, 0.07),
)


def _undertone(rng: np.random.Generator, skin: Colour) -> Colour:
    """The same skin, more rosy or more olive."""
    rosy, pale = rng.uniform(-1, 1), rng.uniform(0.94, 1.03)
    red, green, blue = skin[0] * (1 + 0.03 * rosy), skin[1] * (1 - 0.05 * rosy), skin[2] * (1 + 0.05 * rosy)
    return (min(red * pale, 1.0), min(green * pale, 1.0), min(blue * pale, 1.0))


def character_from_seed(seed: int) -> Character:
    """The character of a seed: always the same person. Held-out hair never comes from here; use `replace`."""
    rng = np.random.default_rng(seed)
    sex = _pick(rng, words.SEXES)
    # bald short long bob ponytail bun curly, never mohawk
    weights = (0.2, 0.6, 3, 2, 2, 2, 1.5) if sex == "woman" else (1.5, 5, 0.7, 0.2, 0.3, 0.5, 1.5)
    hair_name = _pick(rng, tuple(words.HAIR_WEIGHTS), tuple(float(w) for w in words.HAIR_WEIGHTS.values()))
    tone = rng.uniform(0, len(words.SKIN_TONES) - 1.001)
    low, high = words.SKIN_TONES[int(tone)], words.SKIN_TONES[int(tone) + 1]
    part = tone - int(tone)
    skin = tuple(a + (b - a) * part for a, b in zip(low, high, strict=True))
    return Character(
        seed=seed,
        sex=sex,
        build=_pick(rng, words.BUILDS, (1, 2, 1)),
        height=float(rng.uniform(0.93, 1.02) * (1.03 if sex == "man" else 0.97)),
        skin=_undertone(rng, (skin[0], skin[1], skin[2])),
        hair_style=_pick(rng, words.HAIR_STYLES[:7], weights),
        hair_name=hair_name,
        hair=_near(rng, words.HAIR_COLOURS[hair_name], 0.08),
        eyes=_IRISES[int(rng.integers(len(_IRISES)))],
        glasses=bool(rng.random() < 0.22),
        beard=bool(sex == "man" and rng.random() < 0.35),
        face=tuple(float(v) for v in rng.uniform(-0.9, 0.9, len(FACE_AXES))),
    )


def random_clothes(rng: np.random.Generator, *, held_out: bool = False) -> Clothes:
    """Random clothes in the named colours; with `held_out` only pairs that training never sees."""
    names = tuple(words.COLOURS)
    while True:
        top_name, bottom_name = _pick(rng, names), _pick(rng, names)
        if words.is_held_out_pair(top_name, bottom_name) == held_out:
            break
    return Clothes(
        top=_pick(rng, words.TOPS),
        top_name=top_name,
        top_colour=_near(rng, words.COLOURS[top_name], 0.05),
        bottom=_pick(rng, words.BOTTOMS, (2, 1.3, 1)),
        bottom_name=bottom_name,
        bottom_colour=_near(rng, words.COLOURS[bottom_name], 0.05),
        shoe_colour=words.COLOURS[_pick(rng, words.SHOES)],
    )


def random_scene(rng: np.random.Generator) -> Scene:
    """A random place, light, shot and view; the person hardly turns, for whole turns are held out."""
    wall_name = _pick(rng, tuple(words.COLOURS))
    view = _pick(rng, words.VIEWS, (6, 2, 2, 1.2, 1.2, 1.2))
    return Scene(
        place=_pick(rng, words.PLACES, (10, 1, 1, 1, 1, 1)),
        wall_name=wall_name,
        wall=_near(rng, words.COLOURS[wall_name], 0.04),
        light=_pick(rng, words.LIGHTS, (5, 1, 1, 1, 1)),
        light_side=float(rng.uniform(-1, 1)),
        shot=_pick(rng, words.SHOTS, (6, 2, 2)),
        view=view,
        yaw=words.VIEW_YAW[view] + float(rng.uniform(-9, 9)),
        turn=float(rng.uniform(-8, 8)),
    )


def random_motion(rng: np.random.Generator) -> Motion:
    """A random action at a random tempo."""
    return Motion(
        action=_pick(rng, words.ACTIONS),
        speed=float(rng.uniform(0.75, 1.2)),
        phase=float(rng.random()),
        amplitude=float(rng.uniform(0.85, 1.1)),
        hand=int(rng.integers(2)),
        drift=float(rng.uniform(-1, 1)),
        smile=float(rng.random() < 0.5),
        gaze=float(rng.uniform(-1, 1)),
        blink=float(rng.uniform(0, 4)),
    )


def random_clip(seed: int, *, held_out: bool = False) -> ClipSpec:
    """The clip of a seed: a training clip, or with `held_out` one whose colour pair training never sees.

    Training clips take characters from even seeds; the odd ones are for evaluation only.
    """
    rng = np.random.default_rng([seed, 7])
    character = character_from_seed(int(rng.integers(2**30)) * 2 + int(held_out))
    return ClipSpec(
        character,
        random_clothes(rng, held_out=held_out),
        random_scene(rng),
        random_motion(rng),
        {"seed": str(seed)},
    )
