"""What cannot be used of what was asked: values of a task's fields, names, files; as in `errors`."""

from __future__ import annotations

from oelala.texts.text import Text

TEXTS: dict[str, Text] = {
    "error.unknown-job": Text("There is no job {job}.", "Er is geen opdracht {job}."),
    "error.unknown-job.hint": Text(
        "“jobs” lists what is in the queue.", "“jobs” toont wat er in de wachtrij staat."
    ),
    "error.unknown-preset": Text(
        "There is no preset called “{preset}”.", "Er is geen voorinstelling met de naam “{preset}”."
    ),
    "error.unknown-preset.hint": Text("Choose one of: {known}.", "Kies een van: {known}."),
    "error.unknown-kind": Text("Oelala cannot make “{kind}”.", "Oelala kan geen “{kind}” maken."),
    "error.unknown-kind.hint": Text("Choose one of: {known}.", "Kies een van: {known}."),
    "error.too-small": Text("This must be at least {least}.", "Dit moet minstens {least} zijn."),
    "error.too-small.hint": Text("Enter a larger number.", "Vul een groter getal in."),
    "error.too-large": Text("This must be at most {most}.", "Dit mag hooguit {most} zijn."),
    "error.too-large.hint": Text("Enter a smaller number.", "Vul een kleiner getal in."),
    "error.empty": Text("Something is still missing here.", "Hier ontbreekt nog iets."),
    "error.empty.hint": Text("Add it and try again.", "Voeg het toe en probeer het opnieuw."),
    "error.too-long": Text(
        "This is too long: {length} characters, {most} fit.",
        "Dit is te lang: {length} tekens, {most} passen.",
    ),
    "error.too-long.hint": Text("Shorten it and try again.", "Maak het korter en probeer het opnieuw."),
    "error.unknown-field": Text("There is no setting “{name}”.", "Er is geen instelling “{name}”."),
    "error.unknown-field.hint": Text(
        "It may come from a newer Oelala; leave it out.",
        "Misschien komt die uit een nieuwere Oelala; laat hem weg.",
    ),
    "error.not-a-number": Text("“{value}” is not a usable number.", "“{value}” is geen bruikbaar getal."),
    "error.not-a-number.hint": Text("Enter a number.", "Vul een getal in."),
    "error.not-4k-plus-1": Text(
        "{value} frames cannot be made; the count must be 1, 5, 9, 13 …",
        "{value} beelden kan niet; het aantal moet 1, 5, 9, 13 … zijn.",
    ),
    "error.not-4k-plus-1.hint": Text("Choose one of these counts.", "Kies een van deze aantallen."),
    "error.not-valid": Text("This cannot be used: {reason}", "Dit kan niet: {reason}"),
    "error.not-valid.hint": Text("Change it and try again.", "Pas het aan en probeer het opnieuw."),
    "error.wrong-size": Text(
        "{width} × {height} does not fit {model}: both must be multiples of {multiple}.",
        "{width} × {height} past niet bij {model}: beide moeten een veelvoud van {multiple} zijn.",
    ),
    "error.wrong-size.hint": Text(
        "Choose {near}, the nearest size that fits.", "Kies {near}, het dichtstbijzijnde formaat."
    ),
    "error.size-out-of-range": Text(
        "{width} × {height} is outside what {model} can make ({smallest} to {largest}).",
        "{width} × {height} ligt buiten wat {model} kan maken ({smallest} tot {largest}).",
    ),
    "error.size-out-of-range.hint": Text(
        "Choose a size in between; its own size is {native}.",
        "Kies iets daartussen; het eigen formaat is {native}.",
    ),
    "error.wrong-frames": Text(
        "{num_frames} frames do not fit {model}: it makes 1, 5, 9, 13 … frames, at most {largest}.",
        "{num_frames} beelden passen niet bij {model}: het maakt 1, 5, 9, 13 … beelden, hooguit {largest}.",
    ),
    "error.wrong-frames.hint": Text(
        "Choose {near}, the nearest count.", "Kies {near}, het dichtstbijzijnde aantal."
    ),
    "error.no-metadata": Text(
        "{name} holds no settings of Oelala.", "{name} bevat geen instellingen van Oelala."
    ),
    "error.no-metadata.hint": Text(
        "Drop an mp4 or a JSON that Oelala made. Other programs often strip the settings when saving.",
        "Sleep een mp4 of JSON die Oelala maakte. Andere programma's verwijderen de instellingen vaak.",
    ),
    "error.unreadable-file": Text("{name} cannot be read: {reason}", "{name} is niet te lezen: {reason}"),
    "error.unreadable-file.hint": Text(
        "It may be damaged, or not all there. Fetch it again, or choose another file.",
        "Misschien is het beschadigd of niet compleet. Haal het opnieuw of kies een ander bestand.",
    ),
    "error.corrupt-preset": Text(
        "The preset {name} cannot be read: {reason}", "De voorinstelling {name} is niet te lezen: {reason}"
    ),
    "error.corrupt-preset.hint": Text(
        "Mend or remove {path}; the other presets still work.",
        "Herstel of verwijder {path}; de andere voorinstellingen werken nog.",
    ),
    "error.missing-argument": Text("“{command}” needs its {name}.", "“{command}” kan niet zonder {name}."),
    "error.missing-argument.hint": Text(
        "Write it behind the command: {command} {name}", "Zet het achter het commando: {command} {name}"
    ),
    "error.no-such-folder": Text("There is no folder {path}.", "Er is geen map {path}."),
    "error.no-such-folder.hint": Text(
        "Make it first, or choose another place.", "Maak die eerst of kies een andere plek."
    ),
    "error.not-a-folder": Text("{path} is a file.", "{path} is een bestand."),
    "error.not-a-folder.hint": Text("Name a folder.", "Noem een map."),
    "error.out-is-input": Text(
        "{path} is what is read here: it would be lost.",
        "{path} is wat hier wordt gelezen: het zou verloren gaan.",
    ),
    "error.out-is-input.hint": Text("Choose another place.", "Kies een andere plek."),
    "error.out-other-kind": Text(
        "A clip is an .mp4, and {path} is named as something else.",
        "Een clip is een .mp4, en {path} heet naar iets anders.",
    ),
    "error.out-other-kind.hint": Text(
        "Name it {example}; a single frame can be a .png.",
        "Noem het {example}; één enkel beeld kan een .png zijn.",
    ),
    "error.out-is-folder": Text("{path} is a folder.", "{path} is een map."),
    "error.out-is-folder.hint": Text("Name a file in it: {example}", "Noem een bestand erin: {example}"),
    "error.no-such-file": Text("{path} is not there (any more).", "{path} is er niet (meer)."),
    "error.no-such-file.hint": Text(
        "It may have been moved or deleted. Reload the page.",
        "Misschien is het verplaatst of verwijderd. Laad de pagina opnieuw.",
    ),
}
