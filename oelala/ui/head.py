"""What our page adds to the head of Gradio's: style, scripts, and the texts the scripts show."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache

from oelala.settings import ASSETS
from oelala.texts import Language, all_texts, say
from oelala.ui.i18n import json_in_html

STATIC = "/oelala/static/"
# Texts that the browser needs to write the live panels by itself.
STYLES = ("tokens", "frame", "form", "panels", "pose")
# Where the page's files lie; all have addresses under `STATIC`, and import each other as neighbours.
ROOT = ASSETS / "page"
LIVE_TEXTS = ("live.", "phase.", "kind.")


# Which run of the studio made a page: one that outlived a restart has Gradio's old description of the form.
BOOT = secrets.token_hex(4)


@cache
def asset_version() -> str:
    """Changes with any file of the page, so that browsers may keep them for ever."""
    digest = hashlib.sha256()
    for path in sorted(ROOT.rglob("*")):
        if path.is_file():
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def head(language: Language) -> str:
    """Markup for the beginning of the head: our style is there before the first paint."""
    base = f"{STATIC}{asset_version()}"
    texts = {key: say(key, language) for key in all_texts() if key.startswith(LIVE_TEXTS)}
    start = json_in_html({"language": language, "boot": BOOT, "texts": texts})
    parts = [
        f'<link rel="icon" type="image/svg+xml" href="{base}/mark.svg">',
        f'<link rel="preload" as="font" type="font/woff2" href="{base}/fonts/inter-latin.woff2" crossorigin>',
        *(f'<link rel="stylesheet" href="{base}/{name}.css">' for name in STYLES),
        f"<script>window.oelala={start};{_early()}</script>",
        *(f'<link rel="modulepreload" href="{base}/{name}.js">' for name in _modules()),
        f'<script type="module" src="{base}/main.js"></script>',
    ]
    return "".join(parts)


def _modules() -> list[str]:
    """Announced at once, so that the browser does not find them one import after the other."""
    return sorted(path.stem for path in ROOT.glob("*.js") if path.stem != "early")


@cache
def _early() -> str:
    """What has to happen before anything is drawn: the theme and the language."""
    return (ROOT / "early.js").read_text(encoding="utf-8")
