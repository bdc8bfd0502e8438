"""What the server says: the login page, and the lines it prints at the start."""

from __future__ import annotations

from oelala.texts.text import Text

TEXTS: dict[str, Text] = {
    "server.address": Text("Oelala is open at {address}", "Oelala staat open op {address}"),
    "server.network": Text(
        "On this network others find it at {address}", "Anderen op dit netwerk vinden het op {address}"
    ),
    "server.sharing": Text("Making a link for others …", "Een link voor anderen maken …"),
    "server.share": Text(
        "Others find it at {address} (for at most a week, with the password)",
        "Anderen vinden het op {address} (hooguit een week, met het wachtwoord)",
    ),
    "server.stop-hint": Text("Press Ctrl-C to stop.", "Druk op Ctrl-C om te stoppen."),
    "server.stopping": Text("Stopping …", "Bezig met stoppen …"),
    "server.already-open": Text("Oelala is already open at {address}", "Oelala staat al open op {address}"),
    "login.title": Text("Oelala", "Oelala"),
    "login.lead": Text("This studio has a password.", "Deze studio heeft een wachtwoord."),
    "login.password": Text("Password", "Wachtwoord"),
    "login.enter": Text("Open", "Openen"),
    "login.wrong": Text("That is not the password.", "Dat is niet het wachtwoord."),
    "login.wait": Text(
        "Too many wrong tries. Wait {seconds} seconds and try again.",
        "Te veel foute pogingen. Wacht {seconds} seconden en probeer het opnieuw.",
    ),
}
