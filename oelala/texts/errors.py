"""What went wrong (`error.<code>`) and what to do next (`error.<code>.hint`)."""

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
    "error.unknown-model": Text(
        "There is no model called “{model}”.", "Er is geen model met de naam “{model}”."
    ),
    "error.unknown-model.hint": Text("Choose one of: {known}.", "Kies een van: {known}."),
    "error.unknown-job": Text("There is no job {job}.", "Er is geen opdracht {job}."),
    "error.unknown-job.hint": Text(
        "“jobs” lists what is in the queue.", "“jobs” toont wat er in de wachtrij staat."
    ),
    "error.unknown-preset": Text(
        "There is no preset called “{preset}”.", "Er is geen voorinstelling met de naam “{preset}”."
    ),
    "error.unknown-preset.hint": Text("Choose one of: {known}.", "Kies een van: {known}."),
    "error.model-missing": Text(
        "{model} is not on this computer yet ({size}).", "{model} staat nog niet op deze computer ({size})."
    ),
    "error.model-missing.hint": Text(
        "Fetch it with: ./launch.sh models download {id} (from {repo}; it resumes where it stopped). "
        "Until then Oelala Mini works without any download.",
        "Haal het op met: ./launch.sh models download {id} (van {repo}; onderbroken gaat het verder). "
        "Tot die tijd werkt Oelala Mini zonder download.",
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
    "error.unknown-kind": Text("Oelala cannot make “{kind}”.", "Oelala kan geen “{kind}” maken."),
    "error.unknown-kind.hint": Text("Choose one of: {known}.", "Kies een van: {known}."),
    "error.too-small": Text("This must be at least {least}.", "Dit moet minstens {least} zijn."),
    "error.too-small.hint": Text("Enter a larger number.", "Vul een groter getal in."),
    "error.too-large": Text("This must be at most {most}.", "Dit mag hooguit {most} zijn."),
    "error.too-large.hint": Text("Enter a smaller number.", "Vul een kleiner getal in."),
    "error.empty": Text("Something is still missing here.", "Hier ontbreekt nog iets."),
    "error.empty.hint": Text("Fill it in and try again.", "Vul het in en probeer het opnieuw."),
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
    "error.cannot-do": Text("{model} cannot do this: {kind}.", "{model} kan dit niet: {kind}."),
    "error.cannot-do.hint": Text(
        "Choose a model that can: {known}.", "Kies een model dat het wel kan: {known}."
    ),
    "error.not-for-model": Text("{model} has no such setting.", "{model} heeft deze instelling niet."),
    "error.not-for-model.hint": Text("Leave this empty.", "Laat dit leeg."),
    "error.no-metadata": Text(
        "{name} holds no settings of Oelala.", "{name} bevat geen instellingen van Oelala."
    ),
    "error.no-metadata.hint": Text(
        "Drop an mp4 or a JSON that Oelala made. Other programs often strip the settings when saving.",
        "Sleep een mp4 of JSON die Oelala maakte. Andere programma's verwijderen de instellingen vaak.",
    ),
    "error.unreadable-file": Text("{name} cannot be read: {reason}", "{name} is niet te lezen: {reason}"),
    "error.unreadable-file.hint": Text("Choose another file.", "Kies een ander bestand."),
    "error.corrupt-preset": Text(
        "The preset {name} cannot be read: {reason}", "De voorinstelling {name} is niet te lezen: {reason}"
    ),
    "error.corrupt-preset.hint": Text(
        "Mend or remove {path}; the other presets still work.",
        "Herstel of verwijder {path}; de andere voorinstellingen werken nog.",
    ),
    "error.port-in-use": Text("Port {port} is in use by another program.", "Poort {port} is al in gebruik."),
    "error.port-in-use.hint": Text(
        "Choose another with --port, or leave --port away to let Oelala find a free one.",
        "Kies een andere met --port, of laat --port weg: Oelala zoekt dan zelf een vrije.",
    ),
    "error.password-needed": Text(
        "A studio that others can reach needs a password.",
        "Een studio die anderen kunnen bereiken, heeft een wachtwoord nodig.",
    ),
    "error.password-needed.hint": Text(
        "Set OELALA_PASSWORD or give --password-file FILE, then start again.",
        "Zet OELALA_PASSWORD of geef --password-file BESTAND en start opnieuw.",
    ),
    "error.bad-settings": Text(
        "{name} cannot be “{value}”: {reason}", "{name} kan niet “{value}” zijn: {reason}"
    ),
    "error.bad-settings.hint": Text("“--help” shows what is possible.", "“--help” laat zien wat er kan."),
    "error.missing-argument": Text("“{command}” needs its {name}.", "“{command}” kan niet zonder {name}."),
    "error.missing-argument.hint": Text(
        "Write it behind the command: {command} {name}", "Zet het achter het commando: {command} {name}"
    ),
    "error.no-such-folder": Text("There is no folder {path}.", "Er is geen map {path}."),
    "error.no-such-folder.hint": Text(
        "Make it first, or choose another place.", "Maak die eerst of kies een andere plek."
    ),
    "error.out-is-folder": Text("{path} is a folder.", "{path} is een map."),
    "error.out-is-folder.hint": Text("Name a file in it: {example}", "Noem een bestand erin: {example}"),
    "error.workspace-locked": Text(
        "Another Oelala is working in {path}.", "Een andere Oelala is bezig in {path}."
    ),
    "error.workspace-locked.hint": Text(
        "Wait until it is done, or choose another folder with --workspace.",
        "Wacht tot die klaar is, of kies een andere map met --workspace.",
    ),
    "error.newer-database": Text(
        "The queue in {path} was made by a newer Oelala (version {found}, this one reads {known}).",
        "De wachtrij in {path} is gemaakt door een nieuwere Oelala (versie {found}, deze leest {known}).",
    ),
    "error.newer-database.hint": Text(
        "Update Oelala, or choose another workspace.", "Werk Oelala bij of kies een andere werkmap."
    ),
    "error.no-workspace": Text("{path} is not a workspace.", "{path} is geen werkmap."),
    "error.no-workspace.hint": Text(
        "Make it one with: workspace new {path}", "Maak er een van met: workspace new {path}"
    ),
    "error.no-ffmpeg": Text("There is no ffmpeg.", "Er is geen ffmpeg."),
    "error.no-ffmpeg.hint": Text(
        "Run the launcher again; it installs imageio-ffmpeg, which brings one.",
        "Start de launcher opnieuw; die installeert imageio-ffmpeg, met een ffmpeg erbij.",
    ),
    "error.missing-packages": Text("Packages are missing: {list}.", "Er ontbreken pakketten: {list}."),
    "error.missing-packages.hint": Text(
        "Run the launcher again; it installs what is missing.",
        "Start de launcher opnieuw; die installeert wat ontbreekt.",
    ),
    "error.cpu-torch": Text(
        "There is a {gpu}, but the installed PyTorch cannot use it.",
        "Er is een {gpu}, maar de geïnstalleerde PyTorch kan die niet gebruiken.",
    ),
    "error.cpu-torch.hint": Text(
        "Remove the folder .venv and run the launcher again; it installs the build for your card.",
        "Verwijder de map .venv en start de launcher opnieuw; die installeert de versie voor je kaart.",
    ),
    "error.two-opencvs": Text(
        "Two OpenCV packages are installed and overwrite each other.",
        "Er zijn twee OpenCV-pakketten geïnstalleerd die elkaar overschrijven.",
    ),
    "error.two-opencvs.hint": Text(
        "Remove the folder .venv and run the launcher again.",
        "Verwijder de map .venv en start de launcher opnieuw.",
    ),
    "error.embedded-missing": Text(
        "The embedded model Oelala Mini is missing or incomplete.",
        "Het ingebouwde model Oelala Mini ontbreekt of is onvolledig.",
    ),
    "error.embedded-missing.hint": Text(
        "Clone or unpack the project again; the model comes with it.",
        "Kloon of pak het project opnieuw uit; het model zit erbij.",
    ),
    "error.unknown-host": Text(
        "This studio does not go by the name “{host}”.", "Deze studio heet niet “{host}”."
    ),
    "error.unknown-host.hint": Text(
        "Use the address that Oelala printed, or start it with --allow-host NAME.",
        "Gebruik het adres dat Oelala liet zien, of start het met --allow-host NAAM.",
    ),
    "error.foreign-request": Text(
        "Another website asked for this, so it was refused.",
        "Een andere website vroeg hierom; dat is geweigerd.",
    ),
    "error.foreign-request.hint": Text(
        "Open the studio's own page and try there.", "Open de pagina van de studio zelf en probeer het daar."
    ),
    "error.signed-out": Text("You are not signed in.", "Je bent niet ingelogd."),
    "error.signed-out.hint": Text(
        "Open /login and give the password.", "Open /login en geef het wachtwoord."
    ),
    "error.too-busy": Text(
        "Too many connections are open at once.", "Er staan te veel verbindingen tegelijk open."
    ),
    "error.too-busy.hint": Text(
        "Close some tabs of this studio, then reload.",
        "Sluit enkele tabbladen van deze studio en laad opnieuw.",
    ),
    "error.not-served": Text("There is nothing at this address.", "Op dit adres is niets."),
    "error.not-served.hint": Text("Start at the studio's page.", "Begin bij de pagina van de studio."),
    "error.upload-too-large": Text(
        "This is too large to send ({limit} at most).", "Dit is te groot om te versturen (hooguit {limit})."
    ),
    "error.upload-too-large.hint": Text(
        "Choose a smaller file, or cut it first.", "Kies een kleiner bestand of knip het eerst."
    ),
    "error.share-failed": Text(
        "No link for others could be made: {reason}", "Er kon geen link voor anderen worden gemaakt: {reason}"
    ),
    "error.share-failed.hint": Text(
        "The studio goes on here. Check the internet connection, then start it again with --share.",
        "De studio gaat hier gewoon door. Controleer internet en start opnieuw met --share.",
    ),
    "error.damaged-database": Text("The queue in {path} is damaged.", "De wachtrij in {path} is beschadigd."),
    "error.damaged-database.hint": Text(
        "Move that file away and start again: a new queue is made. Your clips are not in it and stay.",
        "Verplaats dat bestand en start opnieuw: er komt een nieuwe wachtrij. Je clips staan er niet in.",
    ),
    "error.no-such-file": Text("{path} is not there (any more).", "{path} is er niet (meer)."),
    "error.no-such-file.hint": Text(
        "It may have been moved or deleted. Reload the page.",
        "Misschien is het verplaatst of verwijderd. Laad de pagina opnieuw.",
    ),
    "error.not-from-page": Text(
        "This request did not come from the studio's own page.",
        "Dit verzoek kwam niet van de pagina van de studio zelf.",
    ),
    "error.not-from-page.hint": Text("Use the page's own buttons.", "Gebruik de knoppen van de pagina."),
    "error.detector-failed": Text(
        "The detector that looks for people in the pictures stopped: {reason}",
        "De detector die naar mensen in de beelden zoekt, stopte: {reason}",
    ),
    "error.detector-failed.hint": Text(
        "Try again. If it happens twice, run “python -m oelala.mini.judge_assets verify”.",
        "Probeer het opnieuw. Gebeurt het weer, start dan “python -m oelala.mini.judge_assets verify”.",
    ),
    "error.no-connection": Text(
        "The download broke off too often: {reason}", "De download brak te vaak af: {reason}"
    ),
    "error.no-connection.hint": Text(
        "Check the internet connection, then press Retry: it goes on from the last byte.",
        "Controleer de internetverbinding en druk op Opnieuw: het gaat verder bij de laatste byte.",
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
        "See whether you have access at {page}, and whether HF_TOKEN holds a token that is still valid.",
        "Kijk op {page} of je toegang hebt, en of HF_TOKEN een token bevat dat nog geldig is.",
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
}
