"""What the command line says."""

from __future__ import annotations

from oelala.texts.text import Text

TEXTS: dict[str, Text] = {
    "terminal.cancelled": Text("Cancelled.", "Geannuleerd."),
    "terminal.state.queued": Text("waiting", "wacht"),
    "terminal.state.running": Text("running", "bezig"),
    "terminal.state.done": Text("done", "klaar"),
    "terminal.state.failed": Text("failed", "mislukt"),
    "terminal.state.cancelled": Text("cancelled", "geannuleerd"),
    "terminal.waiting": Text("Waiting for its turn …", "Wacht op zijn beurt …"),
    "terminal.leaner": Text(
        "Memory ran out on the way; the clip was made with less of the model in it, which takes longer.",
        "Het geheugen raakte vol; de clip is met minder van het model erin gemaakt; dat duurt langer.",
    ),
    "terminal.int8": Text(
        "The model's weights were kept in 8 bits, which changes the picture a little.",
        "De gewichten van het model zijn in 8 bits gehouden, dat verandert het beeld iets.",
    ),
    "terminal.chunk": Text(
        "Fewer frames were decoded at once to fit, which changes the picture a little.",
        "Om te passen zijn minder beelden per keer gedecodeerd; dat verandert het beeld iets.",
    ),
    "terminal.here": Text("on this computer", "op deze computer"),
    "terminal.not-here": Text("to be downloaded", "nog te downloaden"),
    "terminal.fits.yes": Text("fits", "past"),
    "terminal.fits.streamed": Text("fits when streamed from RAM", "past als het uit RAM wordt gestreamd"),
    "terminal.fits.rounded": Text("fits, rounded to 8 bits", "past, afgerond op 8 bits"),
    "terminal.fits.at": Text("fits at {size}", "past op {size}"),
    "terminal.fits.no": Text("too big for this computer", "te groot voor deze computer"),
    "terminal.fits.instead": Text("{id} does fit", "{id} past wel"),
    "terminal.downloading": Text("Downloading", "Ophalen"),
    "terminal.verifying": Text("Checking", "Controleren"),
    "terminal.download": Text(
        "{model}: {size} from {source} (licence {licence}).",
        "{model}: {size} van {source} (licentie {licence}).",
    ),
    "terminal.packages": Text(
        "First pip adds to Oelala's environment, without anything else (about 30 MB): {packages}",
        "Eerst zet pip in de omgeving van Oelala, zonder iets anders erbij (ongeveer 30 MB): {packages}",
    ),
    "terminal.detector": Text(
        "Finds the bodies in a film: --detector {id}.", "Vindt de lichamen in een film: --detector {id}."
    ),
    "terminal.download-kept": Text(
        "What came so far is kept: “models download {model}” goes on from there, “models remove {model}” "
        "deletes it.",
        "Wat al is opgehaald blijft: “models download {model}” gaat verder, “models remove {model}” "
        "verwijdert het.",
    ),
    "terminal.sound": Text(
        "All {files} files are as they should be ({size}).", "Alle {files} bestanden zijn in orde ({size})."
    ),
    "terminal.unknown-files": Text(
        "For {count} files no hash is known here; only their form was checked.",
        "Van {count} bestanden is hier geen hash bekend; alleen de vorm is gecontroleerd.",
    ),
    "terminal.unsound": Text(
        "{count} files are damaged or missing. Fetch just those with: ./launch.sh models download {model}",
        "{count} bestanden zijn kapot of ontbreken. Haal alleen die op met: ./launch.sh models download "
        "{model}",
    ),
    "terminal.unsound.own": Text(
        "{count} files are damaged or missing. Put them back into {path}, or remove it from the list with: "
        "./launch.sh models remove {model}",
        "{count} bestanden zijn kapot of ontbreken. Zet ze terug in {path}, of haal het van de lijst met: "
        "./launch.sh models remove {model}",
    ),
    "terminal.freed": Text("{size} freed.", "{size} vrijgemaakt."),
    "terminal.shared-stays": Text(
        "{parts} stay: {models} uses them.", "{parts} blijven: {models} gebruikt ze."
    ),
    "terminal.waits-for-studio": Text(
        "It starts as soon as a studio is open on this workspace: ./launch.sh",
        "Het begint zodra er een studio open is op deze werkmap: ./launch.sh",
    ),
}
