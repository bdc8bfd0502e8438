"""Models: which can do what, and how they come to this computer and go again; as in `errors`."""

from __future__ import annotations

from oelala.texts.text import Text

TEXTS: dict[str, Text] = {
    "error.unknown-model": Text(
        "There is no model called “{model}”.", "Er is geen model met de naam “{model}”."
    ),
    "error.unknown-model.hint": Text("Choose one of: {known}.", "Kies een van: {known}."),
    "error.model-missing": Text(
        "{model} is not on this computer yet ({size}).", "{model} staat nog niet op deze computer ({size})."
    ),
    "error.model-missing.hint": Text(
        "Fetch it with: ./launch.sh models download {id} (from {repo}; it resumes where it stopped).",
        "Haal het op met: ./launch.sh models download {id} (van {repo}; onderbroken gaat het verder).",
    ),
    "meanwhile": Text(
        "Until then {model} works without any download.", "Tot die tijd werkt {model} zonder download."
    ),
    "error.model-broken": Text(
        "{model} is on this computer but incomplete or damaged: {reason}",
        "{model} staat op deze computer maar is onvolledig of beschadigd: {reason}",
    ),
    "error.model-broken.hint": Text(
        "Press Download under its name, or use “models download”: only what is missing comes. "
        "“models verify” finds damaged files.",
        "Druk op Download onder de naam, of gebruik “models download”: alleen wat ontbreekt komt. "
        "“models verify” vindt kapotte bestanden.",
    ),
    "error.own-incomplete": Text(
        "Files of {model} are missing in a folder of your own: {reason}",
        "Er ontbreken bestanden van {model} in een map van jezelf: {reason}",
    ),
    "error.own-incomplete.hint": Text(
        "Put the missing files back into {path}, or remove it from the list with "
        "./launch.sh models remove {id}",
        "Zet de ontbrekende bestanden terug in {path}, of haal het van de lijst met "
        "./launch.sh models remove {id}",
    ),
    "error.folder-incomplete": Text(
        "{model} is not a whole model: {reason} is missing or damaged.",
        "{model} is geen heel model: {reason} ontbreekt of is kapot.",
    ),
    "error.folder-incomplete.hint": Text(
        "Put what is missing into {path}, then add it again.",
        "Zet wat ontbreekt in {path} en voeg het dan opnieuw toe.",
    ),
    "error.cannot-do": Text("{model} cannot do this: {kind}.", "{model} kan dit niet: {kind}."),
    "error.cannot-do.hint": Text(
        "Choose a model that can: {known}.", "Kies een model dat het wel kan: {known}."
    ),
    "error.not-for-model": Text("{model} has no such setting.", "{model} heeft deze instelling niet."),
    "error.not-for-model.hint": Text("Leave this empty.", "Laat dit leeg."),
    "error.embedded-missing": Text(
        "The embedded model Oelala Mini is missing or incomplete.",
        "Het ingebouwde model Oelala Mini ontbreekt of is onvolledig.",
    ),
    "error.embedded-missing.hint": Text(
        "Clone or unpack the project again; the model comes with it.",
        "Kloon of pak het project opnieuw uit; het model zit erbij.",
    ),
    "error.no-connection": Text(
        "The download broke off too often: {reason}", "De download brak te vaak af: {reason}"
    ),
    "error.no-connection.hint": Text(
        "Check the internet connection, then press Retry: it goes on from the last byte.",
        "Controleer de internetverbinding en druk op Opnieuw: het gaat verder bij de laatste byte.",
    ),
    "error.packages-offline": Text(
        "pip could not reach the internet for {packages}.",
        "pip kon het internet niet bereiken voor {packages}.",
    ),
    "error.packages-offline.hint": Text(
        "Check the internet connection and try again. Nothing was changed.",
        "Controleer de internetverbinding en probeer het opnieuw. Er is niets veranderd.",
    ),
    "error.packages-failed": Text(
        "pip could not install {packages}: {reason}", "pip kon {packages} niet installeren: {reason}"
    ),
    "error.packages-failed.hint": Text(
        "Try again; the log has all that pip said. Nothing else of the studio needs it.",
        "Probeer het opnieuw; in het log staat alles wat pip zei. De rest van de studio kan zonder.",
    ),
    "error.no-pip": Text(
        "The Python that Oelala runs on has no pip to install {packages} with: {python}",
        "De Python waar Oelala op draait heeft geen pip om {packages} mee te installeren: {python}",
    ),
    "error.no-pip.hint": Text(
        "Start Oelala with ./launch.sh (Windows: launch.bat), which makes an environment that has it.",
        "Start Oelala met ./launch.sh (Windows: launch.bat), dat een omgeving maakt die het heeft.",
    ),
    "error.no-room": Text(
        "{model} needs {need}, and {path} has {free} free.",
        "{model} vraagt {need}; {path} heeft {free} vrij.",
    ),
    "error.no-room.hint": Text(
        "Free some space, or set OELALA_MODELS to a folder on a larger disk. Nothing was fetched yet.",
        "Maak ruimte vrij of zet OELALA_MODELS op een map op een grotere schijf. Er is nog niets opgehaald.",
    ),
    "error.wrong-hash": Text(
        "{file} of {repo} arrived damaged twice.", "{file} van {repo} kwam twee keer beschadigd aan."
    ),
    "error.wrong-hash.hint": Text(
        "The damaged file was removed, the rest is kept. Try again later, or from another network.",
        "Het beschadigde bestand is weg, de rest blijft. Probeer het later of via een ander netwerk.",
    ),
    "error.gated-model": Text(
        "{repo} is given only to those who accept its licence.",
        "{repo} is er alleen voor wie de licentie accepteert.",
    ),
    "error.gated-model.hint": Text(
        "Accept it at {page}, make an access token there, give it with “models login” or as HF_TOKEN, "
        "and press Retry.",
        "Accepteer hem op {page}, maak daar een toegangstoken, geef dat met “models login” of als HF_TOKEN "
        "en druk op Opnieuw.",
    ),
    "error.token-refused": Text(
        "The hub refused your access token for {repo}.", "De hub weigerde je toegangstoken voor {repo}."
    ),
    "error.token-refused.hint": Text(
        "See whether you have access at {page}. A token that is still valid goes in with “models login”, "
        "or as HF_TOKEN, which comes first.",
        "Kijk op {page} of je toegang hebt. Een token dat nog geldig is, geef je met “models login” of als "
        "HF_TOKEN; dat gaat voor.",
    ),
    "error.not-on-hub": Text("{repo} is not on the hub (any more).", "{repo} staat niet (meer) op de hub."),
    "error.not-on-hub.hint": Text(
        "Look at {page}: it may have been renamed, or be private and need a token (HF_TOKEN).",
        "Kijk op {page}: misschien is het hernoemd, of privé en is er een token nodig (HF_TOKEN).",
    ),
    "error.hub-fault": Text(
        "The hub gave an answer that Oelala cannot use: {reason}",
        "De hub gaf een antwoord waar Oelala niets mee kan: {reason}",
    ),
    "error.hub-fault.hint": Text(
        "Try again later; with HF_ENDPOINT set, check that address.",
        "Probeer het later opnieuw; controleer HF_ENDPOINT als je dat hebt gezet.",
    ),
    "error.repo-incomplete": Text(
        "{repo} lacks files of {model}: {reason}", "In {repo} ontbreken bestanden van {model}: {reason}"
    ),
    "error.repo-incomplete.hint": Text(
        "The repository may have changed. Update Oelala, or choose another model.",
        "Misschien is de repository veranderd. Werk Oelala bij of kies een ander model.",
    ),
    "error.own-folder": Text(
        "{model} lies in a folder of your own: {path}.", "{model} staat in een map van jezelf: {path}."
    ),
    "error.own-folder.hint": Text(
        "Oelala removes only what a download brought; remove that folder yourself.",
        "Oelala verwijdert alleen wat een download bracht; verwijder die map zelf.",
    ),
    "error.embedded-stays": Text("{model} comes with Oelala.", "{model} hoort bij Oelala."),
    "error.embedded-stays.hint": Text(
        "Leave it: it is small, and lets everything be tried without a download.",
        "Laat het staan: het is klein, en hiermee kun je alles proberen zonder download.",
    ),
    "error.download-running": Text(
        "{model} is being downloaded right now.", "{model} wordt op dit moment opgehaald."
    ),
    "error.download-running.hint": Text(
        "Cancel that job first, then try again.", "Annuleer eerst die opdracht en probeer het dan opnieuw."
    ),
    "error.too-little-ram": Text(
        "{model} needs {need} of main memory, and {have} can be had.",
        "{model} vraagt {need} werkgeheugen; er is {have} te krijgen.",
    ),
    "error.too-little-ram.hint": Text(
        "Close other programs and press Retry, or choose a smaller model: a smaller clip does not help here.",
        "Sluit andere programma's en druk op Opnieuw, of kies een kleiner model: een kleinere clip helpt hier"
        " niet.",
    ),
    "error.too-little-vram": Text(
        "{model} needs {need} on the graphics card, and {have} can be had.",
        "{model} vraagt {need} op de grafische kaart; er is {have} te krijgen.",
    ),
    "error.too-little-vram.hint": Text(
        "Close other programs that use the card and press Retry, or choose a smaller model.",
        "Sluit andere programma's die de kaart gebruiken en druk op Opnieuw, of kies een kleiner model.",
    ),
    "error.card-taken": Text(
        "Another program holds {taken} of the graphics card: {model} needs {need}, and {have} is left.",
        "Een ander programma houdt {taken} van de grafische kaart bezet: {model} vraagt {need}, er is {have} "
        "over.",
    ),
    "error.card-taken.hint": Text(
        "Close that program (a game, another AI program) and press Retry: the job is kept.",
        "Sluit dat programma (een spel, een ander AI-programma) en druk op Opnieuw: de taak is bewaard.",
    ),
    "error.sage-missing": Text("SageAttention is not installed.", "SageAttention is niet geïnstalleerd."),
    "error.sage-missing.hint": Text(
        "Install it with “{command}” and start Oelala again, or leave it off.",
        "Installeer het met “{command}” en start Oelala opnieuw, of laat het uit.",
    ),
    "error.sage-needs-card": Text(
        "SageAttention needs an NVIDIA graphics card.",
        "SageAttention heeft een grafische kaart van NVIDIA nodig.",
    ),
    "error.sage-needs-card.hint": Text("Leave it off.", "Laat het uit."),
    "error.int8-needs-card": Text(
        "Weights in 8 bits need an NVIDIA graphics card.",
        "Gewichten in 8 bits hebben een grafische kaart van NVIDIA nodig.",
    ),
    "error.int8-needs-card.hint": Text("Leave it at “only if it must”.", "Laat “alleen als het moet” staan."),
    "error.sage-old-card": Text(
        "SageAttention needs a card of the RTX 30 series or newer; this is {card}.",
        "SageAttention heeft een kaart uit de RTX 30-serie of nieuwer nodig; dit is {card}.",
    ),
    "error.sage-old-card.hint": Text("Leave it off.", "Laat het uit."),
    "error.sage-unusable": Text(
        "SageAttention does not work on this card: {reason}",
        "SageAttention werkt niet op deze kaart: {reason}",
    ),
    "error.sage-unusable.hint": Text(
        "Switch it off, then press Retry; or try another release of it.",
        "Zet het uit en druk op Opnieuw, of probeer een andere versie ervan.",
    ),
}
