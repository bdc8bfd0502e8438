"""What does not fit of a motion, and the names of joints for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oelala.texts import Language, say
from oelala.texts.pose_clip import TYPED
from oelala.texts.text import Text

JOINTS: dict[str, Text] = {
    "pose.joint.nose": Text("nose", "neus"),
    "pose.joint.neck": Text("neck", "hals"),
    "pose.joint.right-shoulder": Text("right shoulder", "rechterschouder"),
    "pose.joint.right-elbow": Text("right elbow", "rechterelleboog"),
    "pose.joint.right-wrist": Text("right wrist", "rechterpols"),
    "pose.joint.left-shoulder": Text("left shoulder", "linkerschouder"),
    "pose.joint.left-elbow": Text("left elbow", "linkerelleboog"),
    "pose.joint.left-wrist": Text("left wrist", "linkerpols"),
    "pose.joint.right-hip": Text("right hip", "rechterheup"),
    "pose.joint.right-knee": Text("right knee", "rechterknie"),
    "pose.joint.right-ankle": Text("right ankle", "rechterenkel"),
    "pose.joint.left-hip": Text("left hip", "linkerheup"),
    "pose.joint.left-knee": Text("left knee", "linkerknie"),
    "pose.joint.left-ankle": Text("left ankle", "linkerenkel"),
    "pose.joint.right-eye": Text("right eye", "rechteroog"),
    "pose.joint.left-eye": Text("left eye", "linkeroog"),
    "pose.joint.right-ear": Text("right ear", "rechteroor"),
    "pose.joint.left-ear": Text("left ear", "linkeroor"),
}

FIT: dict[str, Text] = {
    "pose.fit.nobody": Text("Nobody was found in this motion.", "In deze beweging is niemand gevonden."),
    "pose.fit.comes-later": Text(
        "In the {clip} s that the clip shows nobody is seen; somebody comes at {at} s. Choose another start "
        "with From.",
        "In de {clip} s die de clip toont is niemand te zien; bij {at} s komt er iemand. Kies met Vanaf een "
        "ander begin.",
    ),
    "pose.fit.cuts-away": Text(
        "The film cuts to another scene at {at} s: choose a part before or after it with From and Until.",
        "De film gaat bij {at} s over op een andere scène: kies met Vanaf en Tot een deel ervoor of erna.",
    ),
    "pose.fit.absent": Text(
        "Nobody is seen in {share} % of the frames.", "In {share} % van de beelden is niemand te zien."
    ),
    "pose.fit.several": Text(
        "{count} people were found; the first one is followed. Click on another to follow that one.",
        "Er zijn {count} mensen gevonden; de eerste wordt gevolgd. Klik op een ander om die te volgen.",
    ),
    "pose.fit.missing-joints": Text(
        "Not seen most of the time: {joints}. The model will make something up there.",
        "Meestal niet te zien: {joints}. Het model verzint daar zelf iets.",
    ),
    "pose.fit.out-of-frame": Text(
        "Outside the frame at times: {joints}. Make the body smaller, or move it.",
        "Soms buiten beeld: {joints}. Maak het lichaam kleiner of verplaats het.",
    ),
    "pose.fit.too-small": Text(
        "The body is only {share} % of the frame's height. Make it larger for a clear face.",
        "Het lichaam is maar {share} % van de beeldhoogte. Maak het groter voor een duidelijk gezicht.",
    ),
    "pose.fit.too-large": Text(
        "The body is {share} % of the frame's height and does not fit. Make it smaller.",
        "Het lichaam is {share} % van de beeldhoogte en past niet. Maak het kleiner.",
    ),
    "pose.fit.cut-off": Text(
        "The head touches the upper edge in {share} % of the frames. Move the body down a little.",
        "Het hoofd raakt de bovenrand in {share} % van de beelden. Verplaats het lichaam iets omlaag.",
    ),
    "pose.fit.proportions": Text(
        "The character has other proportions here: {joints}. The slider “Bones” brings them closer.",
        "Het personage heeft hier andere verhoudingen: {joints}. De schuif “Botten” brengt ze dichterbij.",
    ),
    "pose.fit.foreshortened": Text(
        "The character's picture shows these from their end, so their length is unknown: {joints}. A picture "
        "of the whole body from the front fits better.",
        "De afbeelding van het personage toont deze van voren, dus hun lengte is onbekend: {joints}. Een "
        "afbeelding van het hele lichaam recht van voren past beter.",
    ),
}

TEXTS: dict[str, Text] = {**JOINTS, **FIT}


def finding_in_words(
    code: str, joints: Sequence[str], values: Mapping[str, Any], language: Language, *, typed: bool = False
) -> str:
    """A finding of `media/poses/fit_check.py` as a sentence; `typed`: for the command line."""
    names = ", ".join(getattr(JOINTS[f"pose.joint.{joint}"], language) for joint in joints)
    key = f"terminal.fit.{code}"
    shown = key if typed and key in TYPED else f"pose.fit.{code}"
    return say(shown, language, **values, joints=names)
