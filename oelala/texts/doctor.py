"""What the doctor says."""

from __future__ import annotations

from oelala.texts.text import Text

TEXTS: dict[str, Text] = {
    "doctor.python": Text("Python {version}", "Python {version}"),
    "doctor.versions": Text("Packages: {list}", "Pakketten: {list}"),
    "doctor.gpu": Text(
        "Graphics card: {name}, {vram} of memory, driver {driver}",
        "Grafische kaart: {name}, {vram} geheugen, stuurprogramma {driver}",
    ),
    "doctor.no-gpu": Text(
        "No NVIDIA graphics card found: Oelala Mini runs on the processor, the large models need a card.",
        "Geen NVIDIA-kaart gevonden: Oelala Mini draait op de processor, de grote modellen vragen een kaart.",
    ),
    "doctor.flash4": Text(
        "FlashAttention 4 may make long clips faster on this card; the studio measures it: {command}",
        "Met FlashAttention 4 gaan lange clips hier misschien sneller; de studio meet dat: {command}",
    ),
    "doctor.ram": Text("Memory: {total}, {free} free", "Werkgeheugen: {total}, {free} vrij"),
    "doctor.disk": Text("Disk: {free} free in the workspace", "Schijf: {free} vrij in de werkmap"),
    "doctor.ffmpeg": Text("ffmpeg {version}", "ffmpeg {version}"),
    "doctor.no-ffmpeg": Text("No ffmpeg: clips cannot be written.", "Geen ffmpeg: clips opslaan lukt niet."),
    "doctor.model": Text("{title}: {size}, {here}, {fits}", "{title}: {size}, {here}, {fits}"),
    "doctor.share": Text(
        "A share link is possible (with a password).", "Een deellink is mogelijk (met een wachtwoord)."
    ),
    "doctor.no-share": Text(
        "A share link is not possible: the tunnel service cannot be reached from here.",
        "Een deellink is niet mogelijk: de tunneldienst is hiervandaan niet bereikbaar.",
    ),
    "doctor.healthy": Text("Everything is in order.", "Alles is in orde."),
    "doctor.problem": Text("Problem: {message} {hint}", "Probleem: {message} {hint}"),
}
