"""Sentences about poses: faults of films and of OpenPose's JSON, detectors, and what the terminal says."""

from __future__ import annotations

from oelala.texts.text import Text

FAULTS: dict[str, Text] = {
    "error.film-without-picture": Text(
        "{name} shows no picture: sound only, or nothing.",
        "{name} toont geen beeld: alleen geluid, of niets.",
    ),
    "error.film-without-picture.hint": Text(
        "Choose a film in which something moves.", "Kies een film waarin iets beweegt."
    ),
    "error.not-a-film": Text(
        "{name} is not a film that Oelala can read.", "{name} is geen film die Oelala kan lezen."
    ),
    "error.not-a-film.hint": Text(
        "Choose an mp4, mov, mkv, webm, avi or gif.", "Kies een mp4, mov, mkv, webm, avi of gif."
    ),
    "error.film-too-long": Text(
        "{name} is too long: bodies are found in {most} minutes at most.",
        "{name} is te lang: lichamen worden gevonden in hooguit {most} minuten.",
    ),
    "error.film-too-long.hint": Text(
        "Choose a part of it, or fewer frames a second.", "Kies een deel ervan of minder beelden per seconde."
    ),
    "error.cut-empty": Text(
        "{name} has no picture after {start} s: it lasts {seconds} s.",
        "{name} heeft geen beeld na {start} s: hij duurt {seconds} s.",
    ),
    "error.cut-empty.hint": Text("Let the part begin earlier.", "Laat het deel eerder beginnen."),
    "error.nobody-found": Text("Nobody was found in {name}.", "Er is niemand gevonden in {name}."),
    "error.nobody-found.hint": Text(
        "Choose one in which a whole person is in sight, well lit and not too small.",
        "Kies er een waarin iemand helemaal te zien is, goed verlicht en niet te klein.",
    ),
    "error.nobody-in-file": Text(
        "{name} has no points of anybody's body.", "In {name} staan geen punten van een lichaam."
    ),
    "error.nobody-in-file.hint": Text(
        "Choose a file in which OpenPose found somebody, or the film itself.",
        "Kies een bestand waarin OpenPose iemand heeft gevonden, of de film zelf.",
    ),
    "error.motion-moves": Text(
        "{name} is a moving picture, of a kind that Oelala reads no motion from.",
        "{name} is een bewegende afbeelding, van een soort waaruit Oelala geen beweging leest.",
    ),
    "error.motion-moves.hint": Text(
        "Save it as mp4 or GIF, and its motion can be followed.",
        "Bewaar hem als mp4 of GIF, dan kan zijn beweging gevolgd worden.",
    ),
    "error.bad-part": Text(
        "There is no part from {start} to {end} s at {fps} frames a second.",
        "Er is geen deel van {start} tot {end} s met {fps} beelden per seconde.",
    ),
    "error.bad-part.hint": Text(
        "Choose an end after the start, and 0.1 to 120 frames a second.",
        "Kies een einde na het begin, en 0,1 tot 120 beelden per seconde.",
    ),
    "error.no-openpose": Text(
        "OpenPose is not on the PATH of this computer (looked for {names}).",
        "OpenPose staat niet in het PATH van deze computer (gezocht: {names}).",
    ),
    "error.no-openpose.hint": Text(
        "Use the built-in detector, or put OpenPose's program on the PATH.",
        "Gebruik de ingebouwde detector, of zet het programma van OpenPose in het PATH.",
    ),
    "error.no-dwpose": Text(
        "DWPose is not on this computer: {missing}.", "DWPose staat niet op deze computer: {missing}."
    ),
    "error.no-dwpose.hint": Text(
        "Use the built-in detector, or fetch DWPose with: ./launch.sh models download {id} "
        "(Windows: launch.bat models download {id})",
        "Gebruik de ingebouwde detector, of haal DWPose op met: ./launch.sh models download {id} "
        "(Windows: launch.bat models download {id})",
    ),
    "error.no-motion-file": Text("There is no file {name}.", "Er is geen bestand {name}."),
    "error.no-motion-file.hint": Text(
        "Check the path, or choose another.", "Controleer het pad of kies een ander."
    ),
    "error.motion-gone": Text(
        "This motion is no longer in the workspace.", "Deze beweging staat niet meer in de werkmap."
    ),
    "error.motion-gone.hint": Text("Choose the motion again.", "Kies de beweging opnieuw."),
    "error.nobody-to-move": Text(
        "Nothing says who is to move: there is no picture and no prompt.",
        "Niets zegt wie er moet bewegen: er is geen afbeelding en geen prompt.",
    ),
    "error.nobody-to-move.hint": Text(
        "Choose a picture of the character or an avatar, or describe them in the prompt.",
        "Kies een afbeelding van het personage of een avatar, of beschrijf het in de prompt.",
    ),
    "error.picture-needed": Text(
        "{model} moves the one in a picture, and needs that picture.",
        "{model} laat iemand uit een afbeelding bewegen en heeft die afbeelding nodig.",
    ),
    "error.picture-needed.hint": Text(
        "Choose a picture of the character, or another model.",
        "Kies een afbeelding van het personage of een ander model.",
    ),
    "error.nowhere-to-place": Text(
        "To place the body, a picture has to show where its character stands.",
        "Om het lichaam te plaatsen moet een afbeelding laten zien waar het personage staat.",
    ),
    "error.nowhere-to-place.hint": Text(
        "Choose a picture with neck or hips in view, or leave --place out.",
        "Kies een afbeelding met hals of heupen in beeld, of laat --place weg.",
    ),
    "error.placed-already": Text("--place finds this by itself.", "--place bepaalt dit zelf."),
    "error.placed-already.hint": Text("Leave one of the two out.", "Laat een van beide weg."),
    "error.stays-in-place": Text(
        "Who takes somebody's place in a film moves exactly where they did.",
        "Wie in een film iemands plaats inneemt, beweegt precies waar die bewoog.",
    ),
    "error.stays-in-place.hint": Text(
        "Put size and shifts back to their usual values.", "Zet grootte en verschuiving terug op gewoon."
    ),
    "error.film-needed": Text(
        "To replace somebody in a film, the motion has to come from a film.",
        "Om iemand in een film te vervangen moet de beweging uit een film komen.",
    ),
    "error.film-needed.hint": Text(
        "Choose a film as the motion, or take the motion only.",
        "Kies een film als beweging, of neem alleen de beweging.",
    ),
    "error.no-such-person": Text(
        "There is no person {person} here: {count} were found, counted from 0.",
        "Er is hier geen persoon {person}: er zijn er {count} gevonden, geteld vanaf 0.",
    ),
    "error.no-such-person.hint": Text("Choose one of them.", "Kies een van hen."),
    "error.pose-empty": Text("There is no pose in {name}.", "Er zit geen pose in {name}."),
    "error.pose-empty.hint": Text(
        "It should hold OpenPose's JSON, one file a frame.",
        "Er hoort JSON van OpenPose in te zitten, een per beeld.",
    ),
    "error.pose-too-big": Text("{name} is too big: at most {most}.", "{name} is te groot: hooguit {most}."),
    "error.pose-too-big.hint": Text(
        "Give only the frames of one motion.", "Geef alleen de beelden van één beweging."
    ),
    "error.pose-bad-json": Text(
        "{name} is not OpenPose's JSON: {reason}", "{name} is geen JSON van OpenPose: {reason}"
    ),
    "error.pose-bad-json.hint": Text(
        "Export the pose again, or choose another file.",
        "Exporteer de pose opnieuw of kies een ander bestand.",
    ),
    "error.pose-wrong-counts": Text(
        "{name}: “{part}” has {count} numbers, which fits no model (known: {known}).",
        "{name}: “{part}” heeft {count} getallen; dat past bij geen model (bekend: {known}).",
    ),
    "error.pose-wrong-counts.hint": Text(
        "Export with OpenPose's BODY_25 or COCO model.",
        "Exporteer met het model BODY_25 of COCO van OpenPose.",
    ),
    "error.pose-not-finite": Text(
        "{name} holds “{value}” where a number belongs.", "{name} bevat “{value}” op de plaats van een getal."
    ),
    "error.pose-not-finite.hint": Text(
        "Missing points are written as 0, 0, 0. Export the pose again.",
        "Ontbrekende punten schrijf je als 0, 0, 0. Exporteer de pose opnieuw.",
    ),
    "error.pose-out-of-range": Text(
        "{name} says “{part}” is {value}: it can be {least} to {most}.",
        "{name} zegt dat “{part}” {value} is: het kan {least} tot {most} zijn.",
    ),
    "error.pose-out-of-range.hint": Text(
        "Put it right in the file, or leave it out.", "Zet het goed in het bestand, of laat het weg."
    ),
    "error.pose-mixed-sizes": Text(
        "The frames differ in size: {first} at first, {size} in {name}.",
        "De beelden verschillen in formaat: eerst {first}, in {name} {size}.",
    ),
    "error.pose-mixed-sizes.hint": Text(
        "Give the frames of one film only.", "Geef alleen de beelden van één film."
    ),
    "error.pose-mixed-bodies": Text(
        "The bodies differ in their number of points: {counts}.",
        "De lichamen verschillen in hun aantal punten: {counts}.",
    ),
    "error.pose-mixed-bodies.hint": Text(
        "Export all frames with the same model.", "Exporteer alle beelden met hetzelfde model."
    ),
}

DETECTORS: dict[str, Text] = {
    "detector.mediapipe": Text("MediaPipe (built in)", "MediaPipe (ingebouwd)"),
    "detector.dwpose": Text("DWPose", "DWPose"),
    "detector.openpose": Text("OpenPose", "OpenPose"),
    "detector.dwpose.get": Text(
        "DWPose is better at hands and half-hidden bodies. Fetch it with: ./launch.sh models download {id} "
        "(Windows: launch.bat models download {id}); then reload this page.",
        "DWPose ziet handen en half verborgen lichamen beter. Haal het op met: ./launch.sh models download "
        "{id} (Windows: launch.bat models download {id}); herlaad daarna deze pagina.",
    ),
    "detector.openpose.get": Text(
        "OpenPose is used once its program is on the PATH of this computer ({names}).",
        "OpenPose kan mee zodra het programma in het PATH van deze computer staat ({names}).",
    ),
}

TERMINAL: dict[str, Text] = {
    "terminal.pose-score": Text(
        "Compared with {name}: {pck} % of the joints are where they should be (within 5 % of the height); "
        "worst frame: {worst}",
        "Vergeleken met {name}: {pck} % van de gewrichten is waar het hoort (binnen 5 % van de hoogte); "
        "slechtste beeld: {worst}",
    ),
    "terminal.pose-shorter": Text(
        "{name} goes on for longer: its first {frames} of {whole} frames were compared.",
        "{name} gaat langer door: de eerste {frames} van de {whole} beelden zijn vergeleken.",
    ),
    "terminal.pose": Text(
        "{frames} frames at {fps} a second; a body in {detected} % of them, confidence {confidence}; "
        "people: {people}",
        "{frames} beelden, {fps} per seconde; in {detected} % een lichaam, zekerheid {confidence}; "
        "mensen: {people}",
    ),
}

TEXTS: dict[str, Text] = {**FAULTS, **DETECTORS, **TERMINAL}
