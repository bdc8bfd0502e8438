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
        "Choose a name of at most 60 letters, digits and spaces, with no dot at either end, that Windows "
        "does not keep for itself, as CON.",
        "Kies een naam van hooguit 60 letters, cijfers en spaties, zonder punt aan begin of eind, die "
        "Windows niet zelf gebruikt, zoals CON.",
    ),
    "error.avatar-exists": Text(
        "There is already an avatar called “{name}”.", "Er is al een avatar die “{name}” heet."
    ),
    "error.avatar-exists.hint": Text("Choose another name.", "Kies een andere naam."),
    "error.consent-needed": Text(
        "An avatar is you, a person who agreed, or invented.",
        "Een avatar ben jij zelf, is iemand die het goedvindt, of is verzonnen.",
    ),
    "error.consent-needed.hint": Text(
        "Tick that this is so; on the command line: --consent.",
        "Vink aan dat dit zo is; op de opdrachtregel: --consent.",
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
        "Dit ben ik, iemand die het goedvindt, of verzonnen.",
    ),
    "live.avatar.keep": Text("Save", "Bewaar"),
    "live.avatar.cancel": Text("Cancel", "Annuleer"),
    "live.avatar.saved": Text("{name} is an avatar now.", "{name} is nu een avatar."),
    "live.avatar.gone": Text("no longer here", "niet meer hier"),
}

TERMINAL: dict[str, Text] = {
    "terminal.avatar.pictures": Text("pictures: {count}", "afbeeldingen: {count}"),
    "terminal.avatar.removed": Text(
        "“{name}” lies there now. Put the folder back as {folder} to have it again; delete it to be rid of "
        "its pictures.",
        "“{name}” ligt nu daar. Zet de map terug als {folder} om hem weer te hebben; verwijder haar om de "
        "afbeeldingen kwijt te zijn.",
    ),
}

TEXTS: dict[str, Text] = {**FAULTS, **FIELD, **REASONS, **PAGE, **TERMINAL}
