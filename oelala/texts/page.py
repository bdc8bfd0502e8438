"""Sentences of the page. Those under `live.` travel to the browser, where the live panels are written."""

from __future__ import annotations

from oelala.texts.text import Text

FORM: dict[str, Text] = {
    "form.preset": Text("Preset", "Voorinstelling"),
    "form.preset.help": Text("A named set of values to start from.", "Waarden om mee te beginnen."),
    "form.preset.none": Text("None", "Geen"),
    "form.size": Text("Size", "Formaat"),
    "form.size.help": Text(
        "Multiples of {multiple}, {smallest_side} to {largest_side} pixels a side.",
        "Veelvouden van {multiple}, {smallest_side} tot {largest_side} pixels per zijde.",
    ),
    "form.seconds": Text("Seconds", "Seconden"),
    "form.seconds.help": Text(
        "{fps} frames a second, at most {longest} seconds.",
        "{fps} beelden per seconde, hooguit {longest} seconden.",
    ),
    "form.seed.dice": Text("New seed", "Nieuwe seed"),
    "form.seed.random": Text("Random", "Willekeurig"),
    "form.seed.lock": Text("Keep this seed", "Houd deze seed vast"),
    "form.advanced": Text("Advanced", "Geavanceerd"),
    "form.generate": Text("Generate", "Genereer"),
    "form.restore": Text("Restore from a clip …", "Terughalen uit clip …"),
    "form.frames.any": Text("At most {largest}.", "Hooguit {largest}."),
    "form.also": Text("The same with", "Hetzelfde met"),
    "form.also.help": Text(
        "More models to make it, each in its own size and way, from the same seed.",
        "Meer modellen die het maken, elk in eigen formaat en op eigen wijze, met dezelfde seed.",
    ),
    "form.model.missing": Text("{model} (not here yet)", "{model} (nog niet hier)"),
    "form.model.missing.help": Text(
        "A download of {size} from {source} (licence {licence}).",
        "Een download van {size} van {source} (licentie {licence}).",
    ),
    "form.model.missing.own": Text(
        "Its files are not all in your own folder: put them back, or take it off the list.",
        "De bestanden staan niet allemaal in je eigen map: zet ze terug, of haal het van de lijst.",
    ),
    "form.model.missing.preview": Text(
        "With it comes a tiny decoder for previews: {size} from {source} (licence {licence}).",
        "Er komt een kleine decoder voor voorbeelden mee: {size} van {source} (licentie {licence}).",
    ),
}

FRAME: dict[str, Text] = {
    "page.tagline": Text("AI video on your own machine", "AI-video op je eigen computer"),
    "page.language": Text("Language", "Taal"),
    "page.theme": Text("Dark or light", "Donker of licht"),
    "page.sign-out": Text("Sign out", "Afmelden"),
    "page.skip": Text("Skip to the prompt", "Naar de prompt"),
    "page.stage": Text("Stage", "Podium"),
    "page.queue": Text("Queue", "Wachtrij"),
    "page.queue.empty": Text("Nothing is waiting.", "Er staat niets te wachten."),
    "page.gallery": Text("Recent clips", "Recente clips"),
    "page.gallery.empty": Text("Your clips will gather here.", "Hier komen je clips te staan."),
    "page.gallery.more": Text("Show more", "Toon meer"),
    "page.log": Text("Log", "Logboek"),
    "page.log.level": Text("Level", "Niveau"),
    "page.log.level.debug": Text("Everything", "Alles"),
    "page.log.level.info": Text("Information", "Informatie"),
    "page.log.level.warning": Text("Warnings", "Waarschuwingen"),
    "page.log.level.error": Text("Errors", "Fouten"),
    "page.log.job": Text("Job", "Opdracht"),
    "page.log.job.all": Text("All jobs", "Alle opdrachten"),
    "page.log.pause": Text("Pause", "Pauzeer"),
    "page.log.copy": Text("Copy", "Kopieer"),
    "page.log.download": Text("Download", "Download"),
    "page.log.fold": Text("Show or hide the log", "Toon of verberg het logboek"),
    "page.empty.title": Text("What would you like to see?", "Wat wil je zien?"),
    "page.empty.text": Text(
        "Describe it, press Generate, and watch it appear here.",
        "Beschrijf het, druk op Genereer en zie het hier verschijnen.",
    ),
    "page.empty.try": Text("Or try one of these", "Of probeer een van deze"),
    "page.model-missing": Text(
        "{model} is not on this computer yet.", "{model} staat nog niet op deze computer."
    ),
    "page.model-missing.hint": Text("Press Download under its name.", "Druk op Download onder de naam."),
    "page.download.title": Text("Download: {model}", "Download: {model}"),
    "page.drop": Text(
        "A clip brings its settings back, a picture begins a new one",
        "Een clip brengt zijn instellingen terug, met een afbeelding begint een nieuwe",
    ),
}

LIVE: dict[str, Text] = {
    "live.state.queued": Text("Waiting", "Wacht"),
    "live.state.running": Text("Running", "Bezig"),
    "live.state.done": Text("Done", "Klaar"),
    "live.state.failed": Text("Failed", "Mislukt"),
    "live.state.cancelled": Text("Cancelled", "Geannuleerd"),
    "live.state.cancelling": Text("Stopping", "Stopt"),
    "live.cancel": Text("Cancel", "Annuleer"),
    "live.retry": Text("Retry", "Opnieuw"),
    "live.reuse": Text("Reuse these settings", "Gebruik deze instellingen"),
    "live.download": Text("Download", "Download"),
    "live.show": Text("Show", "Toon"),
    "live.back": Text("Back to the running clip", "Terug naar de lopende clip"),
    "live.step": Text("step {step} of {total}", "stap {step} van {total}"),
    "live.elapsed": Text("{time} so far", "{time} bezig"),
    "live.remaining": Text("about {time} left", "nog ongeveer {time}"),
    "live.took": Text("made in {time}", "gemaakt in {time}"),
    "live.seconds": Text("{n} s", "{n} s"),
    "live.minutes": Text("{m} min {s} s", "{m} min {s} s"),
    "live.hours": Text("{h} h {m} min", "{h} u {m} min"),
    "live.ahead": Text("{n} before it", "{n} ervoor"),
    "live.attempt": Text("attempt {n}", "poging {n}"),
    "live.leaner": Text(
        "memory ran out on the way: made with less of the model in it, which takes longer",
        "het geheugen raakte onderweg vol: gemaakt met minder van het model erin, dat duurt langer",
    ),
    "live.int8": Text(
        "weights in 8 bits, which changes the picture a little",
        "gewichten in 8 bits, dat verandert het beeld iets",
    ),
    "live.chunk": Text(
        "decoded in fewer frames at a time, which changes the picture a little",
        "met minder beelden per keer gedecodeerd, dat verandert het beeld iets",
    ),
    "live.meta.steps": Text("{n} steps", "{n} stappen"),
    "live.meta.frames": Text("{n} frames", "{n} beelden"),
    "live.meta.seed": Text("seed {n}", "seed {n}"),
    "live.queued": Text("In the queue", "In de wachtrij"),
    "live.restored": Text("The settings are in the form.", "De instellingen staan in het formulier."),
    "live.restored.seed": Text("Seed {n} is locked.", "Seed {n} staat vast."),
    "live.no-tab": Text(
        "This studio has no tab that makes such a clip.", "Deze studio heeft geen tabblad voor zo'n clip."
    ),
    "live.pause": Text("Pause", "Pauzeer"),
    "live.paused": Text("Continue", "Ga door"),
    "live.copied": Text("Copied", "Gekopieerd"),
    "live.log.new": Text("{n} new", "{n} nieuw"),
    "live.log.studio": Text("Studio", "Studio"),
    "live.offline": Text(
        "The studio does not answer. The page goes on by itself once it is back.",
        "De studio antwoordt niet. De pagina gaat vanzelf verder als die terug is.",
    ),
    "live.sign-in": Text("Please sign in again.", "Meld je opnieuw aan."),
    "live.gone": Text("This file is no longer there.", "Dit bestand is er niet meer."),
    "live.to-dark": Text("Switch to dark", "Naar donker"),
    "live.to-light": Text("Switch to light", "Naar licht"),
    "live.dismiss": Text("Dismiss", "Sluit"),
    "live.download.get": Text("Download ({size})", "Download ({size})"),
    "live.download.running": Text("Downloading", "Wordt opgehaald"),
    "live.download.cancelling": Text("Pausing", "Pauzeert"),
    "live.download.cancelled": Text("Paused", "Gepauzeerd"),
    "live.download.kept": Text("what came is kept", "wat er al is, blijft"),
    "live.download.starting": Text("looking what is missing", "kijkt wat ontbreekt"),
    "live.download.amount": Text("{done} of {total}", "{done} van {total}"),
    "live.download.speed": Text("{amount}/s", "{amount}/s"),
    "live.clip": Text("Clip: {title}", "Clip: {title}"),
    "live.preview": Text("Preview of: {title}", "Voorbeeld van: {title}"),
    "live.progress": Text("Progress", "Voortgang"),
    "live.untitled": Text("Clip without a prompt", "Clip zonder prompt"),
}

TEXTS: dict[str, Text] = FORM | FRAME | LIVE
