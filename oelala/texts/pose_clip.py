"""Sentences around a clip that follows a motion: what it lacks, what was mixed up, what was measured."""

from __future__ import annotations

from oelala.texts.text import Text

FAULTS: dict[str, Text] = {
    "error.nothing-to-draw-over": Text(
        "{name} is no film: there is nothing to draw the bodies over.",
        "{name} is geen film: er is niets om de lichamen overheen te tekenen.",
    ),
    "error.nothing-to-draw-over.hint": Text(
        "Give the film itself, or leave --over out.", "Geef de film zelf, of laat --over weg."
    ),
    "error.picture-is-film": Text(
        "{name} is a film, and the character comes from a picture.",
        "{name} is een film en het personage komt van een afbeelding.",
    ),
    "error.picture-is-film.hint": Text(
        "To follow its motion, give it as --motion. To move whoever is in it, save a frame of it as a PNG.",
        "Om de beweging te volgen geef je hem als --motion. Om wie erin staat te laten bewegen bewaar je een "
        "beeld ervan als PNG.",
    ),
    "error.motion-is-pictures": Text(
        "{name} is a folder of pictures, and holds no pose.",
        "{name} is een map met afbeeldingen, zonder pose.",
    ),
    "error.motion-is-pictures.hint": Text(
        "Give a film as --motion, or one of the pictures. A picture of the character goes with --image.",
        "Geef een film als --motion, of een van de afbeeldingen. Een afbeelding van het personage hoort bij "
        "--image.",
    ),
}

FIT: dict[str, Text] = {
    "pose.fit.several-characters": Text(
        "{count} people are in the character's picture; the clearest one is taken. Crop the picture to the "
        "one you mean.",
        "Op de afbeelding van het personage staan {count} mensen; de duidelijkste telt. Snijd de afbeelding "
        "bij tot wie je bedoelt.",
    ),
    "pose.fit.no-hands": Text(
        "This model looks at hands, and the motion has none: it makes something up. A film shows them.",
        "Dit model kijkt naar handen en de beweging heeft er geen: het verzint iets. Een film toont ze wel.",
    ),
    "pose.fit.no-face": Text(
        "This model also follows the face of whoever moves, and only a film shows one: the face is made up.",
        "Dit model volgt ook het gezicht van wie beweegt en alleen een film toont dat: het gezicht wordt "
        "verzonnen.",
    ),
}

# The same finding where nobody can click.
TYPED: dict[str, Text] = {
    "terminal.fit.comes-later": Text(
        "In the {clip} s that the clip shows nobody is seen; somebody comes at {at} s. Choose another start "
        "with --motion-start.",
        "In de {clip} s die de clip toont is niemand te zien; bij {at} s komt er iemand. Kies met "
        "--motion-start een ander begin.",
    ),
    "terminal.fit.cuts-away": Text(
        "The film cuts to another scene at {at} s: choose a part before it with --motion-end, or after it "
        "with --motion-start.",
        "De film gaat bij {at} s over op een andere scène: kies met --motion-end een deel ervoor of met "
        "--motion-start een deel erna.",
    ),
    "terminal.fit.only-part": Text(
        "The clip lasts {clip} s: it shows only the first {clip} s of the motion's {motion} s. --num-frames "
        "makes the clip longer; --motion-start and --motion-end choose another part.",
        "De clip duurt {clip} s: alleen de eerste {clip} s van de {motion} s beweging zijn te zien. Met "
        "--num-frames maak je de clip langer; met --motion-start en --motion-end kies je een ander deel.",
    ),
    "terminal.fit.stands-still": Text(
        "The motion lasts {motion} s and the clip {clip} s: after the motion the body stands still. "
        "--num-frames makes the clip shorter.",
        "De beweging duurt {motion} s en de clip {clip} s: na de beweging staat het lichaam stil. Met "
        "--num-frames maak je de clip korter.",
    ),
    "terminal.fit.size-guessed": Text(
        "The size of the frame is not in the file: guessed as {width} × {height}. Give it with "
        "--motion-width and --motion-height if the body stands in the wrong place.",
        "De grootte van het beeld staat niet in het bestand: geschat op {width} × {height}. Geef haar op met "
        "--motion-width en --motion-height als het lichaam verkeerd staat.",
    ),
    "terminal.fit.rate-guessed": Text(
        "The frames a second are not in the file: taken as {fps}. Give them with --motion-fps if the motion "
        "is too fast or too slow.",
        "Het aantal beelden per seconde staat niet in het bestand: aangenomen is {fps}. Geef het op met "
        "--motion-fps als de beweging te snel of te langzaam is.",
    ),
    "terminal.fit.proportions": Text(
        "The character has other proportions here: {joints}. --bones 1 brings them closest.",
        "Het personage heeft hier andere verhoudingen: {joints}. --bones 1 brengt ze het dichtstbij.",
    ),
    "terminal.fit.several": Text(
        "{count} people were found; the clearest one is followed. For another: generate pose-transfer "
        "--person 1",
        "Er zijn {count} mensen gevonden; de duidelijkste wordt gevolgd. Voor een ander: generate "
        "pose-transfer --person 1",
    ),
}

TERMINAL: dict[str, Text] = {
    "terminal.begins": Text(
        "{name} begins at {at} s, where somebody is first seen; --motion-start chooses another beginning.",
        "{name} begint bij {at} s, waar voor het eerst iemand te zien is; met --motion-start kies je een "
        "ander begin.",
    ),
    "terminal.first-part": Text(
        "{name} is long: bodies are looked for from {start} to {end} s. "
        "--motion-start and --motion-end choose another part.",
        "{name} is lang: er wordt van {start} tot {end} s naar lichamen gezocht. Met --motion-start en "
        "--motion-end kies je een ander deel.",
    ),
    "terminal.not-measured": Text(
        "How well the clip follows was not measured; the log says why.",
        "Hoe goed de clip volgt is niet gemeten; het logboek zegt waarom.",
    ),
    "terminal.side-by-side": Text(
        "Driver, skeleton and clip side by side: {path}", "Voorbeeld, skelet en clip naast elkaar: {path}"
    ),
}

PAGE: dict[str, Text] = {
    "live.motion.begins": Text(
        "It begins where somebody is first seen.", "Ze begint waar voor het eerst iemand te zien is."
    ),
    "live.score.from-behind": Text(
        "The detector takes this person for seen from behind; with left and right exchanged it is {pck} %.",
        "De detector denkt deze persoon van achteren te zien; met links en rechts verwisseld is het {pck} %.",
    ),
    "live.score.nothing": Text(
        "The motion shows nobody in these frames, so there is nothing to measure. Choose another part of it.",
        "De beweging toont in deze beelden niemand, dus er valt niets te meten. Kies een ander deel ervan.",
    ),
    "live.score.save": Text("Save side by side", "Bewaar naast elkaar"),
    "live.picture.alt.character": Text("The character", "Het personage"),
    "live.fit.overlay.film": Text("The motion over its film", "De beweging over de film"),
}

TEXTS: dict[str, Text] = {**FAULTS, **FIT, **TYPED, **TERMINAL, **PAGE}
