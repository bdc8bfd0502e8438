"""What went wrong while a job ran (`error.<code>`) and what to do next (`error.<code>.hint`).

The faults of values, of models and of setting up are in `error_values`, `error_models` and `error_setup`.
"""

from __future__ import annotations

from oelala.texts.text import Text

TEXTS: dict[str, Text] = {
    "error.unexpected": Text("Something went wrong: {reason}", "Er ging iets mis: {reason}"),
    "error.unexpected.hint": Text(
        "The log has the details. Try again; if it happens twice, please report it with the log.",
        "Het logboek heeft de details. Probeer het opnieuw; gebeurt het weer, meld het dan met het logboek.",
    ),
    "error.interrupted": Text(
        "The job was interrupted {attempts} times and has been given up.",
        "De opdracht is {attempts} keer onderbroken en daarom gestopt.",
    ),
    "error.interrupted.hint": Text(
        "Try a smaller size or fewer frames, then press Retry. Reason of the last stop: {reason}",
        "Probeer een kleiner formaat of minder beelden en druk dan op Opnieuw. Laatste oorzaak: {reason}",
    ),
    "error.out-of-disk": Text(
        "The disk is full: {free} free in {path}.", "De schijf is vol: {free} vrij in {path}."
    ),
    "error.out-of-disk.hint": Text(
        "Free some space, then press Retry. Nothing was lost.",
        "Maak ruimte vrij en druk op Opnieuw. Er is niets verloren gegaan.",
    ),
    "error.low-disk": Text(
        "The disk is nearly full: {free} free in {path}.", "De schijf is bijna vol: {free} vrij in {path}."
    ),
    "error.low-disk.hint": Text(
        "Free some space, so that clips can be saved.", "Maak ruimte vrij, zodat clips bewaard kunnen worden."
    ),
    "error.out-of-memory": Text(
        "There was not enough memory for this clip.", "Er was te weinig geheugen voor deze clip."
    ),
    "error.out-of-memory.hint": Text(
        "Choose a smaller size or fewer frames, or a smaller model, and try again.",
        "Kies een kleiner formaat, minder beelden of een kleiner model en probeer het opnieuw.",
    ),
    "error.not-writable": Text("Oelala may not write in {path}.", "Oelala mag niet schrijven in {path}."),
    "error.not-writable.hint": Text(
        "Make that folder writable, or choose another workspace with --workspace, then press Retry.",
        "Maak die map beschrijfbaar of kies een andere werkmap met --workspace en druk op Opnieuw.",
    ),
    "error.bad-output": Text(
        "The finished file could not be read back: {reason}",
        "Het bestand dat klaar was, kon niet worden teruggelezen: {reason}",
    ),
    "error.bad-output.hint": Text(
        "Nothing was kept of it. Press Retry; if it fails again, check the disk.",
        "Er is niets van bewaard. Druk op Opnieuw; mislukt het weer, controleer dan de schijf.",
    ),
    "error.detector-failed": Text(
        "The detector that looks for people in the pictures stopped: {reason}",
        "De detector die naar mensen in de beelden zoekt, stopte: {reason}",
    ),
    "error.detector-failed.hint": Text(
        "Try again. If it happens twice, close Oelala and start it from its folder with ./launch.sh "
        "(Windows: launch.bat): that sets up what is missing.",
        "Probeer het opnieuw. Gebeurt het weer, sluit Oelala dan en start het vanuit zijn map met "
        "./launch.sh (Windows: launch.bat): dat zet klaar wat ontbreekt.",
    ),
}
