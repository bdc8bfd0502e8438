"""The words of the world: colours, hair, clothes, actions, shots, places and lights, and what is held out."""

from typing import Final

# sRGB, 0..1. The colour a prompt names; every clip varies a little around it.
COLOURS: Final[dict[str, tuple[float, float, float]]] = {
    "black": (0.07, 0.07, 0.08),
    "white": (0.95, 0.95, 0.94),
    "grey": (0.50, 0.51, 0.53),
    "red": (0.83, 0.09, 0.10),
    "orange": (0.98, 0.52, 0.06),
    "yellow": (0.98, 0.87, 0.12),
    "green": (0.12, 0.58, 0.20),
    "blue": (0.11, 0.28, 0.80),
    "purple": (0.49, 0.16, 0.68),
    "pink": (0.98, 0.52, 0.72),
    "brown": (0.42, 0.24, 0.11),
}
HAIR_COLOURS: Final[dict[str, tuple[float, float, float]]] = COLOURS | {"blond": (0.90, 0.74, 0.38)}
# How often a colour is drawn for hair: people have natural hair most of the time.
HAIR_WEIGHTS: Final[dict[str, int]] = {
    "black": 6,
    "brown": 7,
    "blond": 6,
    "red": 3,
    "orange": 2,
    "grey": 3,
    "white": 2,
    "pink": 2,
    "blue": 2,
    "green": 1,
    "purple": 2,
    "yellow": 1,
}
SKIN_TONES: Final[tuple[tuple[float, float, float], ...]] = (
    (0.98, 0.82, 0.71),
    (0.94, 0.75, 0.60),
    (0.84, 0.62, 0.45),
    (0.69, 0.47, 0.32),
    (0.54, 0.36, 0.25),
    (0.43, 0.28, 0.20),
)
SHOES: Final[tuple[str, ...]] = ("black", "white", "brown", "grey", "red", "blue")

HAIR_STYLES: Final = ("bald", "short", "long", "bob", "ponytail", "bun", "curly", "mohawk")
TOPS: Final = ("t-shirt", "sweater", "tank top", "jacket")
BOTTOMS: Final = ("trousers", "shorts", "skirt")
HATS: Final = ("none", "top hat")
BUILDS: Final = ("slim", "average", "heavy")
SEXES: Final = ("woman", "man")
ACTIONS: Final = (
    "standing",
    "waving",
    "walking",
    "jumping",
    "squatting",
    "raising both arms",
    "dancing",
    "clapping",
    "bowing",
    "boxing",
)
SHOTS: Final = ("full body", "waist up", "close-up")
VIEWS: Final = ("front", "three-quarter left", "three-quarter right", "left side", "right side", "back")
VIEW_YAW: Final[dict[str, float]] = {
    "front": 0.0,
    "three-quarter left": -40.0,
    "three-quarter right": 40.0,
    "left side": -76.0,
    "right side": 76.0,
    "back": 180.0,
}
PLACES: Final = ("wall", "park", "beach", "stage", "snow", "sunset")
LIGHTS: Final = ("neutral", "warm", "cool", "dim", "bright")

HELD_OUT_HAIR: Final = "mohawk"
HELD_OUT_HAT: Final = "top hat"


def is_held_out_pair(top_colour: str, bottom_colour: str) -> bool:
    """True for the tenth of (top, bottom) colour combinations that training never sees.

    By a fixed rule that leaves out every colour once above and once below: 11 of the 121 pairs.
    """
    names = list(COLOURS)
    i, j = names.index(top_colour), names.index(bottom_colour)
    return (i * 3 + j) % len(names) == 5
