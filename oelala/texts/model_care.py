"""Looking after a model on the page: what it takes, whether it is sound, letting it go, and its token."""

from __future__ import annotations

from oelala.texts.text import Text

TEXTS: dict[str, Text] = {
    "kind.verify": Text("Checking a model", "Model controleren"),
    "live.care": Text("Look after this model", "Dit model beheren"),
    "live.care.speed": Text("Look after this speed", "Deze snelheid beheren"),
    "live.care.verify": Text("Check its files", "Controleer de bestanden"),
    "live.care.queued": Text("The check waits for its turn.", "De controle wacht op zijn beurt."),
    "live.care.checking": Text("Checked {done} of {total}", "{done} van {total} gecontroleerd"),
    "live.care.stop": Text("Stop", "Stop"),
    "live.care.remove": Text("Remove", "Verwijder"),
    "live.care.discard": Text("Discard what came", "Gooi weg wat er al is"),
    "live.care.yes.remove": Text("Yes, remove it", "Ja, verwijder"),
    "live.care.yes.discard": Text("Yes, discard it", "Ja, gooi weg"),
    "live.care.keep": Text("Keep it", "Behoud"),
    "live.download.nothing": Text("nothing of it is here", "er is nog niets van"),
    "live.download.anew": Text("Download anew", "Haal opnieuw op"),
    "care.place": Text("{size} on this disk, in {path}", "{size} op deze schijf, in {path}"),
    "care.begun": Text("{size} of it has come so far.", "Daarvan is tot nu toe {size} opgehaald."),
    "care.nothing": Text(
        "Nothing of its own is here. What is, belongs to other models.",
        "Hier staat niets van dit model zelf. Wat er is, hoort bij andere modellen.",
    ),
    "care.ask.remove": Text(
        "Remove {model}? That frees {size}. To use it again, you download it again.",
        "{model} verwijderen? Dan komt er {size} vrij. Om het weer te gebruiken, haal je het opnieuw op.",
    ),
    "care.ask.listed": Text(
        "Take {model} off the list? That frees {size}. Files of your own stay where they are.",
        "{model} van de lijst halen? Dan komt er {size} vrij. Je eigen bestanden blijven waar ze zijn.",
    ),
    "care.ask.discard": Text(
        "Discard what came of {model}? That frees {size}, and a download then begins at the beginning.",
        "Weggooien wat er van {model} is? Dan komt er {size} vrij, en een download begint weer van voren.",
    ),
    "care.shared": Text(
        "Other models need {parts}, so that stays: {models}.",
        "Andere modellen hebben {parts} nodig, dus dat blijft: {models}.",
    ),
    "care.freed": Text("{size} came free.", "{size} is vrijgekomen."),
    "care.sound": Text(
        "All is well: {files} files, {size}, are what they should be.",
        "Alles in orde: {files} bestanden, {size}, zijn wat ze moeten zijn.",
    ),
    "care.unknown": Text(
        "Of {count} nothing tells what is in them; their form is right.",
        "Van {count} is niet bekend wat erin hoort; de vorm klopt.",
    ),
    "care.unsound": Text(
        "Damaged or missing: {count} ({names}). Press Download; only these come again.",
        "Beschadigd of weg: {count} ({names}). Druk op Download; alleen die komen opnieuw.",
    ),
    "care.unsound.own": Text(
        "Damaged or missing: {count} ({names}). Put them back into {path}, or take the model off the list.",
        "Beschadigd of weg: {count} ({names}). Zet ze terug in {path}, of haal het model van de lijst.",
    ),
    "care.lacking.own": Text(
        "Files are missing in {path}. Put them back, or take the model off the list.",
        "Er ontbreken bestanden in {path}. Zet ze terug, of haal het model van de lijst.",
    ),
    "error.model-in-use": Text(
        "A job in the queue still needs {model}.", "Een taak in de wachtrij heeft {model} nog nodig."
    ),
    "error.model-in-use.hint": Text(
        "Wait until it is done, or cancel it first.", "Wacht tot die klaar is, of annuleer hem eerst."
    ),
    "page.gated-model.hint": Text(
        "Accept it, make an access token, and give it in the field under the model's name.",
        "Accepteer die, maak een toegangstoken en geef het in het veld onder de naam van het model.",
    ),
    "page.token-refused.hint": Text(
        "See whether the licence is accepted, and give a token that is still valid in the field under the "
        "model's name. A token in HF_TOKEN comes first.",
        "Kijk of de licentie is geaccepteerd, en geef een token dat nog geldig is in het veld onder de naam "
        "van het model. Een token in HF_TOKEN gaat voor.",
    ),
    "live.token.licence": Text("1. Read and accept the licence", "1. Lees en accepteer de licentie"),
    "live.token.make": Text(
        "2. Make an access token (“read” will do)", "2. Maak een toegangstoken (“read” is genoeg)"
    ),
    "live.token.label": Text("3. Your access token", "3. Je toegangstoken"),
    "live.token.keep": Text("Keep it and download", "Bewaar en haal op"),
    "live.token.note": Text(
        "It is kept on the computer that runs Oelala, and never shown again.",
        "Het blijft op de computer waar Oelala draait en wordt nooit meer getoond.",
    ),
    "live.token.open-line": Text(
        "Others could read along on this connection. Give the token on the computer that runs Oelala: open "
        "this page there.",
        "Op deze verbinding kunnen anderen meelezen. Geef het token op de computer waar Oelala draait: open "
        "deze pagina daar.",
    ),
}
