"""Sentences about bringing a motion: parts of films, its length beside the clip's, files that say too little."""

from __future__ import annotations

from oelala.texts.text import Text

FIT: dict[str, Text] = {
    "pose.fit.only-part": Text(
        "The clip lasts {clip} s: it shows only the first {clip} s of the motion's {motion} s. “Length of the "
        "motion” makes the clip longer; From and Until choose another part.",
        "De clip duurt {clip} s: alleen de eerste {clip} s van de {motion} s beweging zijn te zien. “Lengte "
        "van de beweging” maakt de clip langer; met Vanaf en Tot kies je een ander deel.",
    ),
    "pose.fit.stands-still": Text(
        "The motion lasts {motion} s and the clip {clip} s: after the motion the body stands still. “Length of "
        "the motion” makes the clip shorter.",
        "De beweging duurt {motion} s en de clip {clip} s: na de beweging staat het lichaam stil. “Lengte van "
        "de beweging” maakt de clip korter.",
    ),
}

FIELD: dict[str, Text] = {
    "live.motion.length": Text("Length of the motion", "Lengte van de beweging"),
    "live.motion.look.found": Text("found", "gevonden"),
    "live.motion.look.filled": Text("filled in between", "ertussen aangevuld"),
    "live.motion.look.absent": Text("nobody", "niemand"),
    "live.motion.look.clip": Text("in the clip", "in de clip"),
    "live.motion.timeline": Text(
        "Somebody was found in {found} % of the motion, filled in between in {filled} %, absent in {absent} %. "
        "The clip shows {start} to {end} s.",
        "In {found} % van de beweging is iemand gevonden, in {filled} % ertussen aangevuld, in {absent} % "
        "afwezig. De clip toont {start} tot {end} s.",
    ),
    "live.motion.searched": Text(
        "People were looked for from {start} to {end} s of the film's {seconds} s.",
        "Er is naar mensen gezocht van {start} tot {end} s van de {seconds} s film.",
    ),
    "live.motion.film": Text(
        "The film is still here: {seconds} s. Look for people in another part of it, or in less of it.",
        "De film is er nog: {seconds} s. Zoek mensen in een ander deel ervan, of in minder.",
    ),
    "live.motion.film-from": Text("From (s)", "Vanaf (s)"),
    "live.motion.film-until": Text("Until (s)", "Tot (s)"),
    "live.motion.search-part": Text("Search this part", "Doorzoek dit deel"),
    "live.motion.several-files": Text(
        "These files make no one motion.", "Deze bestanden vormen samen geen beweging."
    ),
    "live.motion.several-files.hint": Text(
        "Choose one film or picture, or OpenPose's JSON files of one motion.",
        "Kies één film of afbeelding, of de JSON-bestanden van OpenPose van één beweging.",
    ),
    "live.drop.motion": Text(
        "A film or OpenPose's JSON becomes the motion, a picture the character; a clip of Oelala brings its "
        "settings back",
        "Een film of JSON van OpenPose wordt de beweging, een afbeelding het personage; een clip van Oelala "
        "brengt zijn instellingen terug",
    ),
}

TEXTS: dict[str, Text] = {**FIT, **FIELD}
