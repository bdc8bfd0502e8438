"""Sentences about the pictures that clips begin from: faults, the fields of image-to-video, its motions."""

from __future__ import annotations

from oelala.texts.text import Text

FAULTS: dict[str, Text] = {
    "error.no-picture": Text("There is no picture {name}.", "Er is geen afbeelding {name}."),
    "error.no-picture.hint": Text(
        "Check the path, or choose another.", "Controleer het pad of kies een andere."
    ),
    "error.picture-unknown": Text("{name} is not a picture.", "{name} is geen afbeelding."),
    "error.picture-unknown.hint": Text(
        "Choose one that is saved as {known}.", "Kies er een die is opgeslagen als {known}."
    ),
    "error.picture-heic": Text(
        "{name} is a HEIC picture, which Oelala cannot read.",
        "{name} is een HEIC-afbeelding; die kan Oelala niet lezen.",
    ),
    "error.picture-heic.hint": Text(
        "Save it as JPEG first. An iPhone makes JPEGs with Settings, Camera, Formats, Most Compatible.",
        "Bewaar hem eerst als JPEG. Een iPhone maakt JPEG's met Instellingen, Camera, Structuren, "
        "Meest compatibel.",
    ),
    "error.picture-moves": Text(
        "{name} holds more than one picture: it moves, or has several pages.",
        "{name} bevat meer dan één afbeelding: hij beweegt of heeft meer pagina's.",
    ),
    "error.picture-moves.hint": Text(
        "Save the frame to begin from as a JPEG or PNG.",
        "Bewaar het beeld om mee te beginnen als JPEG of PNG.",
    ),
    "error.picture-too-large": Text(
        "{name} is too large: at most {most}.", "{name} is te groot: hooguit {most}."
    ),
    "error.picture-too-large.hint": Text(
        "Make it smaller first; a clip has far fewer pixels.",
        "Maak hem eerst kleiner; een clip heeft veel minder pixels.",
    ),
    "error.picture-too-small": Text(
        "{name} is only {size} pixels; both sides need at least {least}.",
        "{name} is maar {size} pixels; beide zijden moeten minstens {least} zijn.",
    ),
    "error.picture-too-small.hint": Text("Choose a larger picture.", "Kies een grotere afbeelding."),
    "error.picture-damaged": Text(
        "{name} is damaged and cannot be read to its end: {reason}",
        "{name} is beschadigd en niet tot het eind te lezen: {reason}",
    ),
    "error.picture-damaged.hint": Text(
        "Fetch or save it again, or choose another.", "Haal of bewaar hem opnieuw, of kies een andere."
    ),
    "error.picture-gone": Text(
        "This picture is no longer in the workspace.", "Deze afbeelding staat niet meer in de werkmap."
    ),
    "error.picture-gone.hint": Text("Choose the picture again.", "Kies de afbeelding opnieuw."),
    "error.no-family": Text(
        "This Oelala cannot run {model} yet ({family}).",
        "Deze Oelala kan {model} nog niet draaien ({family}).",
    ),
    "error.no-family.hint": Text(
        "Choose another model, or update Oelala.", "Kies een ander model of werk Oelala bij."
    ),
    "error.nothing-to-begin": Text(
        "There is nothing to begin with: no picture, and no clip to extend.",
        "Er is niets om mee te beginnen: geen afbeelding en geen clip die verdergaat.",
    ),
    "error.nothing-to-begin.hint": Text(
        "Choose a picture, or press “Continue” at a clip.",
        "Kies een afbeelding, of druk bij een clip op “Vervolg”.",
    ),
    "error.last-picture-needed": Text(
        "{model} goes from one picture to another, and needs both.",
        "{model} gaat van de ene afbeelding naar de andere en heeft beide nodig.",
    ),
    "error.last-picture-needed.hint": Text(
        "Choose the last picture, or another model.", "Kies de laatste afbeelding of een ander model."
    ),
    "error.no-clip": Text("There is no clip {name}.", "Er is geen clip {name}."),
    "error.no-clip.hint": Text(
        "Check the path, or choose another.", "Controleer het pad of kies een andere."
    ),
    "error.other-size": Text(
        "The clip to extend is {size}; what follows has to be the same.",
        "De clip die verdergaat is {size}; wat volgt moet even groot zijn.",
    ),
    "error.other-size.hint": Text(
        "Set that size, or make a clip of its own.", "Kies dat formaat of maak er een eigen clip van."
    ),
    "error.size-not-made": Text(
        "The clip to extend is {size}, and {model} makes no clips of that size.",
        "De clip die verdergaat is {size} en {model} maakt geen clips van dat formaat.",
    ),
    "error.size-not-made.hint": Text(
        "Choose a model that makes it, bring the clip to another size first, or begin a clip of its own with "
        "its last frame.",
        "Kies een model dat het maakt, breng de clip eerst naar een ander formaat, of begin een eigen clip "
        "met het laatste beeld.",
    ),
    "error.other-rate": Text(
        "The clip to extend has {rate} frames a second, this model makes {own}.",
        "De clip die verdergaat heeft {rate} beelden per seconde, dit model maakt er {own}.",
    ),
    "error.other-rate.hint": Text(
        "Choose the model it was made with, or make a clip of its own.",
        "Kies het model waarmee hij gemaakt is of maak er een eigen clip van.",
    ),
    "error.cannot-continue": Text(
        "No model makes clips of {size} with {rate} frames a second, so none can go on from this one.",
        "Geen model maakt clips van {size} met {rate} beelden per seconde, dus geen kan met deze verder.",
    ),
    "error.cannot-continue.hint": Text(
        "Begin a clip of its own with its last frame: play it to the end and take that frame.",
        "Begin een eigen clip met het laatste beeld: speel tot het eind en neem dat beeld.",
    ),
    "error.nothing-to-add": Text(
        "One frame adds nothing to a clip.", "Eén beeld voegt niets toe aan een clip."
    ),
    "error.nothing-to-add.hint": Text("Choose five frames or more.", "Kies vijf beelden of meer."),
    "error.not-a-choice": Text("“{value}” is not possible here.", "“{value}” kan hier niet."),
    "error.not-a-choice.hint": Text("Choose one of: {known}.", "Kies een van: {known}."),
}

FIELDS: dict[str, Text] = {
    "kind.image-to-video": Text("Image to video", "Beeld naar video"),
    "field.extend": Text("Clip to extend", "Clip die verdergaat"),
    "field.extend.help": Text(
        "What is made goes on where it ends, and both become one.",
        "Wat gemaakt wordt gaat verder waar hij eindigt, en samen worden ze één clip.",
    ),
    "field.image": Text("Picture", "Afbeelding"),
    "field.image.help": Text("The clip begins with it.", "De clip begint ermee."),
    "field.last_image": Text("Last picture", "Laatste afbeelding"),
    "field.last_image.help": Text(
        "If you like: the clip ends with it.", "Als je wilt: de clip eindigt ermee."
    ),
    "field.framing": Text("Framing", "Kader"),
    "field.framing.help": Text(
        "For a picture of another shape than the clip: crop it, or pad it with black bars.",
        "Voor een afbeelding met een andere vorm dan de clip: bijsnijden of zwarte balken.",
    ),
    "field.framing.crop": Text("Crop", "Bijsnijden"),
    "field.framing.pad": Text("Black bars", "Zwarte balken"),
    "field.focus_x": Text("Place of the crop, across", "Plek van de uitsnede, horizontaal"),
    "field.focus_x.help": Text("0 keeps the left, 1 the right.", "0 houdt links, 1 houdt rechts."),
    "field.focus_y": Text("Place of the crop, down", "Plek van de uitsnede, verticaal"),
    "field.focus_y.help": Text("0 keeps the top, 1 the bottom.", "0 houdt boven, 1 houdt onder."),
    "field.last_focus_x": Text("Place of the last crop, across", "Plek van de laatste uitsnede, horizontaal"),
    "field.last_focus_x.help": Text("0 keeps the left, 1 the right.", "0 houdt links, 1 houdt rechts."),
    "field.last_focus_y": Text("Place of the last crop, down", "Plek van de laatste uitsnede, verticaal"),
    "field.last_focus_y.help": Text("0 keeps the top, 1 the bottom.", "0 houdt boven, 1 houdt onder."),
    "field.min_guidance_scale": Text("Guidance of the first frame", "Sturing van het eerste beeld"),
    "field.min_guidance_scale.help": Text(
        "How closely the first frame keeps to the picture; it grows from here.",
        "Hoe strikt het eerste beeld de afbeelding volgt; vanaf daar neemt het toe.",
    ),
    "field.max_guidance_scale": Text("Guidance of the last frame", "Sturing van het laatste beeld"),
    "field.max_guidance_scale.help": Text(
        "How closely the last frame keeps to the picture.",
        "Hoe strikt het laatste beeld de afbeelding volgt.",
    ),
    "field.motion_bucket_id": Text("Motion", "Beweging"),
    "field.motion_bucket_id.help": Text(
        "Higher moves more. 127 is usual.", "Hoger beweegt meer. 127 is gebruikelijk."
    ),
    "field.noise_aug_strength": Text("Freedom", "Vrijheid"),
    "field.noise_aug_strength.help": Text(
        "Noise on the picture: more lets the clip move further away from it.",
        "Ruis op de afbeelding: meer laat de clip er verder van afwijken.",
    ),
    "field.fps": Text("Frames a second", "Beelden per seconde"),
    "field.fps.help": Text(
        "How fast the clip plays, and how much moves from frame to frame.",
        "Hoe snel de clip speelt, en hoeveel er van beeld tot beeld beweegt.",
    ),
    "field.decode_chunk_size": Text("Frames decoded at once", "Beelden per keer gedecodeerd"),
    "field.decode_chunk_size.help": Text(
        "Fewer need less memory and flicker a little more.",
        "Minder vraagt minder geheugen en flikkert iets meer.",
    ),
}

PAGE: dict[str, Text] = {
    "form.motions": Text("Motions to try", "Bewegingen om te proberen"),
    "live.picture.choose": Text("Choose a picture", "Kies een afbeelding"),
    "live.picture.hint": Text(
        "or drop one here, or paste it. A clip's “Animate” takes a frame of it.",
        "of sleep er een hierheen, of plak hem. “Animeer” bij een clip neemt er een beeld uit.",
    ),
    "live.picture.camera": Text("Use the camera", "Gebruik de camera"),
    "live.picture.shoot": Text("Take the picture", "Neem de foto"),
    "live.picture.stop": Text("Camera off", "Camera uit"),
    "live.picture.no-camera": Text(
        "The camera cannot be used here. Allow it in the browser, or choose a file.",
        "De camera kan hier niet worden gebruikt. Sta hem toe in de browser of kies een bestand.",
    ),
    "live.picture.change": Text("Another", "Een andere"),
    "live.picture.remove": Text("Remove", "Verwijder"),
    "live.picture.fit": Text("Fit the size to it", "Pas het formaat aan"),
    "live.picture.coming": Text("The picture is being read", "De afbeelding wordt gelezen"),
    "live.picture.alt": Text("The picture that the clip begins with", "De afbeelding waarmee de clip begint"),
    "live.picture.alt.last": Text(
        "The picture that the clip ends with", "De afbeelding waarmee de clip eindigt"
    ),
    "live.picture.frame": Text(
        "What the clip shows of it: drag, or use the arrow keys",
        "Wat de clip ervan laat zien: sleep, of gebruik de pijltjestoetsen",
    ),
    "live.picture.whole": Text("{from} becomes {to}.", "{from} wordt {to}."),
    "live.picture.cut": Text(
        "{from} becomes {to}; {percent} % is cut off. Drag the frame to choose what stays.",
        "{from} wordt {to}; {percent} % valt weg. Sleep het kader om te kiezen wat blijft.",
    ),
    "live.picture.bars": Text(
        "{from} becomes {to}; {percent} % of the clip is black bars.",
        "{from} wordt {to}; {percent} % van de clip is zwarte balk.",
    ),
    "live.extend": Text(
        "Goes on where a clip ends; both become one.",
        "Gaat verder waar een clip eindigt; samen worden ze één.",
    ),
    "live.extend.not": Text("Make it a clip of its own", "Maak er een eigen clip van"),
    "live.joins": Text("Where it was gone on with", "Waar hij is vervolgd"),
    "live.join": Text(
        "Joined at frame {frame}: colour {colour} apart (2 can be seen), {jump} × the usual step, "
        "{sharpness} × as sharp",
        "Verbonden bij beeld {frame}: kleur {colour} verschil (vanaf 2 zichtbaar), {jump} × de gewone stap, "
        "{sharpness} × zo scherp",
    ),
    "live.join.face": Text(
        "faces {identity} apart (0.6: somebody else)", "gezichten {identity} verschil (0,6: iemand anders)"
    ),
    "live.picture.gone": Text(
        "This picture is no longer in the workspace. Choose it again.",
        "Deze afbeelding staat niet meer in de werkmap. Kies hem opnieuw.",
    ),
    "live.film.coming": Text("The film is being read", "De film wordt gelezen"),
    "live.film.hint": Text(
        "Play or drag it to the frame you want.", "Speel of sleep hem naar het beeld dat je wilt."
    ),
    "live.film.unseen": Text(
        "Your browser cannot show this film; its first frame and its end can be used all the same.",
        "Je browser kan deze film niet tonen; het eerste beeld en het eind zijn wel te gebruiken.",
    ),
    "live.film.begin": Text("Begin with this frame", "Begin met dit beeld"),
    "live.film.end": Text("End with this frame", "Eindig met dit beeld"),
    "live.film.further": Text("Go on from its end", "Ga verder waar hij eindigt"),
    "live.film.not": Text("Without this film", "Zonder deze film"),
    "live.animate": Text("Animate", "Animeer"),
    "live.animate.help": Text(
        "Begin a clip with the frame you see", "Begin een clip met het beeld dat je ziet"
    ),
    "live.continue": Text("Continue", "Vervolg"),
    "live.continue.help": Text("Begin a clip where this one ends", "Begin een clip waar deze eindigt"),
    "live.animated": Text(
        "The picture is in the form: say what happens.",
        "De afbeelding staat in het formulier: zeg wat er gebeurt.",
    ),
}

TEXTS: dict[str, Text] = FAULTS | FIELDS | PAGE
