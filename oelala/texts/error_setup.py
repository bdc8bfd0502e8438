"""Starting a studio: settings, workspace, packages, and who may reach it; as in `errors`."""

from __future__ import annotations

from oelala.texts.text import Text

TEXTS: dict[str, Text] = {
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
    "error.old-driver": Text(
        "There is a {gpu}, but its driver {driver} does not serve the installed PyTorch (CUDA {cuda}).",
        "Er is een {gpu}, maar stuurprogramma {driver} past niet bij deze PyTorch (CUDA {cuda}).",
    ),
    "error.old-driver.hint": Text(
        "Install a newer NVIDIA driver and restart the computer. Until then the processor does everything.",
        "Installeer een nieuwer NVIDIA-stuurprogramma en start de computer opnieuw. Tot die tijd doet de "
        "processor alles.",
    ),
    "error.two-opencvs": Text(
        "Two OpenCV packages are installed and overwrite each other.",
        "Er zijn twee OpenCV-pakketten geïnstalleerd die elkaar overschrijven.",
    ),
    "error.two-opencvs.hint": Text(
        "Remove the folder .venv and run the launcher again.",
        "Verwijder de map .venv en start de launcher opnieuw.",
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
    "error.not-from-page": Text(
        "This request did not come from the studio's own page.",
        "Dit verzoek kwam niet van de pagina van de studio zelf.",
    ),
    "error.not-from-page.hint": Text("Use the page's own buttons.", "Gebruik de knoppen van de pagina."),
}
