"""What the command line says."""

from __future__ import annotations

from oelala.texts.text import Text

TEXTS: dict[str, Text] = {
    "terminal.cancelled": Text("Cancelled.", "Geannuleerd."),
    "terminal.waiting": Text("Waiting for its turn …", "Wacht op zijn beurt …"),
    "terminal.phase.loading": Text("Loading the model", "Model laden"),
    "terminal.phase.encoding": Text("Reading the prompt", "Prompt lezen"),
    "terminal.phase.denoising": Text("Denoising", "Ruis wegwerken"),
    "terminal.phase.decoding": Text("Making frames", "Beelden maken"),
    "terminal.phase.saving": Text("Saving", "Opslaan"),
    "terminal.phase.working": Text("Working", "Bezig"),
    "terminal.here": Text("on this computer", "op deze computer"),
    "terminal.not-here": Text("to be downloaded", "nog te downloaden"),
    "terminal.fits.yes": Text("fits", "past"),
    "terminal.fits.streamed": Text("fits when streamed from RAM", "past als het uit RAM wordt gestreamd"),
    "terminal.fits.no": Text("too big for this computer", "te groot voor deze computer"),
    "terminal.waits-for-studio": Text(
        "It starts as soon as a studio is open on this workspace: ./launch.sh",
        "Het begint zodra er een studio open is op deze werkmap: ./launch.sh",
    ),
}
