"""Sentences of avatars: faults, the field of a task, what the page and the command line say."""

from __future__ import annotations

from oelala.texts.text import Text

FAULTS: dict[str, Text] = {
    "error.unknown-avatar": Text(
        "There is no avatar “{name}” in this workspace.", "Er is geen avatar “{name}” in deze werkmap."
    ),
    "error.unknown-avatar.hint": Text(
        "Choose another avatar or a picture; “avatars” lists those that are here.",
        "Kies een andere avatar of een afbeelding; “avatars” toont welke er zijn.",
    ),
    "error.avatar-damaged": Text(
        "The avatar “{name}” cannot be read ({reason}).", "De avatar “{name}” is niet te lezen ({reason})."
    ),
    "error.avatar-damaged.hint": Text(
        "Mend {path}, or remove it with: avatars remove. The other avatars still work.",
        "Herstel {path}, of verwijder hem met: avatars remove. De andere avatars werken nog.",
    ),
    "error.avatar-newer": Text(
        "The avatar “{name}” was saved by a newer Oelala.",
        "De avatar “{name}” is bewaard door een nieuwere Oelala.",
    ),
    "error.avatar-newer.hint": Text(
        "Update Oelala to use it; the other avatars still work.",
        "Werk Oelala bij om hem te gebruiken; de andere avatars werken nog.",
    ),
    "error.avatar-name": Text("No avatar can be called “{name}”.", "Geen avatar kan “{name}” heten."),
    "error.avatar-name.hint": Text(
        "Choose a name of at most 60 letters, digits and spaces, with no dot at either end. Names that "
        "Windows keeps for itself, such as CON, are taken.",
        "Kies een naam van hooguit 60 letters, cijfers en spaties, zonder punt aan het begin of het eind. "
        "Namen die Windows zelf gebruikt, zoals CON, zijn bezet.",
    ),
    "error.avatar-exists": Text(
        "There is already an avatar called “{name}”.", "Er is al een avatar die “{name}” heet."
    ),
    "error.avatar-exists.hint": Text(
        "Choose another name. To give this one more pictures on the command line, leave out --description "
        "and --trigger-word.",
        "Kies een andere naam. Om deze meer afbeeldingen te geven, laat je op de opdrachtregel --description "
        "en --trigger-word weg.",
    ),
    "error.consent-needed": Text(
        "Nobody has said yet who this is: an avatar is you, a person who agreed, or invented.",
        "Er staat nog niet bij wie dit is: jijzelf, iemand die het goedvindt, of een verzonnen personage.",
    ),
    "error.consent-needed.hint": Text(
        "If that is so, tick it; on the command line: --consent.",
        "Is het een van die drie, vink dat dan aan; op de opdrachtregel: --consent.",
    ),
    "error.avatar-without-consent": Text(
        "There is no consent for the avatar “{name}”, or no longer.",
        "Voor de avatar “{name}” is er geen toestemming, of niet meer.",
    ),
    "error.avatar-without-consent.hint": Text(
        "Choose another avatar or a picture.", "Kies een andere avatar of een afbeelding."
    ),
}

FIELD: dict[str, Text] = {
    "field.avatar": Text("Avatar", "Avatar"),
    "field.avatar.help": Text(
        "A saved character: its picture is taken where you give none, its description where there is no "
        "prompt.",
        "Een bewaard personage: zijn afbeelding als je er geen geeft, zijn beschrijving als er geen prompt "
        "is.",
    ),
}

REASONS: dict[str, Text] = {
    "reason.not-json": Text("“{name}” is damaged", "“{name}” is beschadigd"),
}

PAGE: dict[str, Text] = {
    "live.avatar": Text("Avatars", "Avatars"),
    "live.avatar.help": Text(
        "A saved character; click once more to let it go.",
        "Een bewaard personage; klik nog eens om het los te laten.",
    ),
    "live.avatar.save": Text("Save as avatar", "Bewaar als avatar"),
    "live.avatar.name": Text("Name", "Naam"),
    "live.avatar.consent": Text(
        "This is me, a person who agreed, or invented.",
        "Dit ben ik, iemand die het goedvindt, of een verzonnen personage.",
    ),
    "live.avatar.keep": Text("Save", "Bewaar"),
    "live.avatar.cancel": Text("Cancel", "Annuleer"),
    "live.avatar.saved": Text("{name} is an avatar now.", "{name} is nu een avatar."),
    "live.avatar.gone": Text("no longer here", "niet meer hier"),
}

TERMINAL: dict[str, Text] = {
    "terminal.avatar.pictures": Text("pictures: {count}", "afbeeldingen: {count}"),
    "terminal.avatar.removed": Text(
        "“{name}” lies there now. Put the folder back as {folder} to have it again, or delete it to be rid "
        "of its pictures. Those that clips were begun with stay in {inputs}.",
        "“{name}” ligt nu daar. Zet de map terug als {folder} om de avatar weer te gebruiken, of gooi de map "
        "weg om de afbeeldingen kwijt te zijn. Waarmee clips begonnen zijn, blijft in {inputs}.",
    ),
}

TEXTS: dict[str, Text] = {**FAULTS, **FIELD, **REASONS, **PAGE, **TERMINAL}
