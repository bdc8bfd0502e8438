"""Characters and clips as plain data: everything a render needs, and everything a caption may say."""

from dataclasses import dataclass, field, replace

from oelala.mini.world import vocabulary as words

Colour = tuple[float, float, float]

# One number in -1..1 each; body.py and face.py say what it moves and by how much.
FACE_AXES = (
    "head_width",
    "head_height",
    "jaw_width",
    "chin_length",
    "eye_distance",
    "eye_size",
    "eye_height",
    "eye_tilt",
    "nose_length",
    "nose_width",
    "mouth_width",
    "mouth_height",
    "lip_thickness",
    "brow_height",
    "brow_tilt",
    "brow_thickness",
    "cheeks",
    "ears",
    "eye_opening",
    "iris_size",
    "nose_height",
    "nose_shade",
    "lip_shade",
    "eye_shadow",
    "freckles",
    "moustache",
    "beard_length",
    "stubble",
    "hairline",
    "parting",
    "glasses_width",
    "glasses_height",
    "glasses_rim",
    "glasses_shade",
    "mark",
    "mark_hue",
    "mark_x",
    "mark_y",
    "mark_size",
)


@dataclass(frozen=True)
class Character:
    """Who somebody is: the same in every clip. `character_from_seed` makes one."""

    seed: int
    sex: str
    build: str
    height: float
    skin: Colour
    hair_style: str
    hair_name: str
    hair: Colour
    eyes: Colour
    glasses: bool
    beard: bool
    face: tuple[float, ...]


@dataclass(frozen=True)
class Clothes:
    """What somebody wears; names are for captions, colours (sRGB 0..1) for the render."""

    top: str
    top_name: str
    top_colour: Colour
    bottom: str
    bottom_name: str
    bottom_colour: Colour
    shoe_colour: Colour
    hat: str = "none"


@dataclass(frozen=True)
class Scene:
    """Where it is, and how it is filmed. `yaw` and `turn` in degrees, `turn` being the whole turn
    in the clip.
    """

    place: str
    wall_name: str
    wall: Colour
    light: str
    light_side: float
    shot: str
    view: str
    yaw: float
    turn: float = 0.0


@dataclass(frozen=True)
class Motion:
    """What somebody does. `speed` in cycles a second, `phase` in cycles, `amplitude` around 1."""

    action: str
    speed: float
    phase: float
    amplitude: float
    hand: int
    drift: float
    smile: float
    gaze: float
    blink: float


@dataclass(frozen=True)
class ClipSpec:
    """One clip, completely determined."""

    character: Character
    clothes: Clothes
    scene: Scene
    motion: Motion
    extra: dict[str, str] = field(default_factory=dict)


def with_held_out_things(
    spec: ClipSpec, *, hair: bool = False, hat: bool = False, turn: bool = False
) -> ClipSpec:
    """The same clip with things that only a LoRA may teach: the mohawk, the top hat, a whole turn."""
    character = replace(spec.character, hair_style=words.HELD_OUT_HAIR) if hair else spec.character
    clothes = replace(spec.clothes, hat=words.HELD_OUT_HAT) if hat else spec.clothes
    scene = replace(spec.scene, turn=360.0) if turn else spec.scene
    return replace(spec, character=character, clothes=clothes, scene=scene)
