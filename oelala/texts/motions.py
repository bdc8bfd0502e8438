"""Sentences about bringing a motion: parts of films, its length and the clip's, files that say too little."""

from __future__ import annotations

from oelala.texts.text import Text

FIT: dict[str, Text] = {
    "pose.fit.only-part": Text(
        "The clip lasts {clip} s: it shows only the first {clip} s of the motion's {motion} s. “Length of "
        "the motion” makes the clip longer; From and Until choose another part.",
        "De clip duurt {clip} s: alleen de eerste {clip} s van de {motion} s beweging zijn te zien. “Lengte "
        "van de beweging” maakt de clip langer; met Vanaf en Tot kies je een ander deel.",
    ),
    "pose.fit.stands-still": Text(
        "The motion lasts {motion} s and the clip {clip} s: after the motion the body stands still. “Length "
        "of the motion” makes the clip shorter.",
        "De beweging duurt {motion} s en de clip {clip} s: na de beweging staat het lichaam stil. “Lengte "
        "van de beweging” maakt de clip korter.",
    ),
    "pose.fit.size-guessed": Text(
        "The size of the frame is not in the file: guessed as {width} × {height}. Give it at the motion if "
        "the body stands in the wrong place.",
        "De grootte van het beeld staat niet in het bestand: geschat op {width} × {height}. Geef haar op bij "
        "de beweging als het lichaam verkeerd staat.",
    ),
    "pose.fit.rate-guessed": Text(
        "The frames a second are not in the file: taken as {fps}. Give them at the motion if it is too fast "
        "or too slow.",
        "Het aantal beelden per seconde staat niet in het bestand: aangenomen is {fps}. Geef het op bij de "
        "beweging als die te snel of te langzaam is.",
    ),
}

FAULTS: dict[str, Text] = {
    "error.said-already": Text(
        "{name} says its own rate and size.", "{name} noemt zelf al beeldsnelheid en formaat."
    ),
    "error.said-already.hint": Text(
        "Leave out the rate and the size of the motion.",
        "Laat de beeldsnelheid en het formaat van de beweging weg.",
    ),
}

REASONS: dict[str, Text] = {
    "reason.no-answer": Text("it gave no answer", "er kwam geen antwoord"),
    "reason.exit-status": Text("it ended with status {status}", "het eindigde met status {status}"),
    "reason.no-progress": Text("{program} gets no further", "{program} komt niet verder"),
    "reason.missing": Text("“{name}” is missing", "“{name}” ontbreekt"),
}

FLAGS: dict[str, Text] = {
    "field.motion_fps": Text("Frames a second of the motion", "Beelden per seconde van de beweging"),
    "field.motion_fps.help": Text(
        "Of OpenPose's JSON that does not say it; else 30.",
        "Van JSON van OpenPose die het niet zegt; anders 30.",
    ),
    "field.motion_width": Text("Width of the motion's frame", "Beeldbreedte van de beweging"),
    "field.motion_width.help": Text(
        "In pixels, of OpenPose's JSON that does not say it; else guessed.",
        "In pixels, van JSON van OpenPose die het niet zegt; anders geschat.",
    ),
    "field.motion_height": Text("Height of the motion's frame", "Beeldhoogte van de beweging"),
    "field.motion_height.help": Text(
        "In pixels; together with the width.", "In pixels; samen met de breedte."
    ),
}

FIELD: dict[str, Text] = {
    "live.motion.unsaid": Text(
        "The file does not say all. What is guessed here can be put right:",
        "Het bestand zegt niet alles. Wat hier geschat is, kun je verbeteren:",
    ),
    "live.motion.unsaid.fps": Text("Frames a second", "Beelden per seconde"),
    "live.motion.unsaid.width": Text("Width (pixels)", "Breedte (pixels)"),
    "live.motion.unsaid.height": Text("Height (pixels)", "Hoogte (pixels)"),
    "live.motion.unsaid.read": Text("Read it so", "Lees het zo"),
    "live.motion.length": Text("Length of the motion", "Lengte van de beweging"),
    "live.motion.look.found": Text("found", "gevonden"),
    "live.motion.look.filled": Text("filled in between", "ertussen aangevuld"),
    "live.motion.look.absent": Text("nobody", "niemand"),
    "live.motion.look.clip": Text("in the clip", "in de clip"),
    "live.motion.timeline": Text(
        "Somebody was found in {found} % of the motion, filled in between in {filled} %, absent in {absent} "
        "%. The clip shows {start} to {end} s.",
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

TEXTS: dict[str, Text] = {**FIT, **FAULTS, **REASONS, **FLAGS, **FIELD}
