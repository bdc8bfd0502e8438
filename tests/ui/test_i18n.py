"""The page speaks the visitor's language, and no text can break out of its place."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from oelala.settings import Settings
from oelala.texts import LANGUAGES, say
from oelala.ui.head import head
from oelala.ui.i18n import (
    PageLanguage,
    both_mark,
    fill_marks,
    html_mark,
    json_in_html,
    mark,
    request_language,
)

DUTCH = {"accept-language": "nl-BE,nl;q=0.9,en;q=0.1"}


@dataclass
class Asked:
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


def test_marks_become_sentences() -> None:
    config = json.dumps(
        {"label": mark("form.generate"), "size": mark("form.seconds.help", fps=16, longest=5)}
    )
    assert json.loads(fill_marks(config, "nl", in_json=True)) == {
        "label": "Genereer",
        "size": "16 beelden per seconde, hooguit 5 seconden.",
    }


def test_sentences_cannot_break_out() -> None:
    title = both_mark({"en": '"</script><b>', "nl": "x"})
    filled = fill_marks(json.dumps([title]), "en", in_json=True)
    assert "<" not in filled
    assert json.loads(filled) == ['"</script><b>']
    assert json_in_html("</script>") == '"\\u003c/script\\u003e"'


def test_an_unknown_text_is_found_while_building() -> None:
    with pytest.raises(KeyError):
        mark("form.nothing")
    with pytest.raises(KeyError):
        html_mark("form.nothing")


@pytest.mark.parametrize(
    ("asked", "settings", "language"),
    [
        (Asked(), Settings(), "en"),
        (Asked(headers=DUTCH), Settings(), "nl"),
        (Asked(headers=DUTCH), Settings(language="en", language_given=True), "en"),
        (Asked({"oelala_language": "en"}, DUTCH), Settings(language="nl", language_given=True), "en"),
        (Asked({"oelala_language": "de"}, DUTCH), Settings(), "nl"),
    ],
)
def test_who_decides_the_language(asked: Asked, settings: Settings, language: str) -> None:
    assert request_language(asked, settings) == language


def test_the_page_is_rewritten_and_nothing_else() -> None:
    page = f'<html\n\tlang="en"><head></head><p>{html_mark("page.queue")}</p></html>'
    app = Starlette(
        routes=[
            Route("/", lambda _: HTMLResponse(page)),
            Route("/config", lambda _: JSONResponse({"title": mark("page.queue")})),
            Route("/other", lambda _: PlainTextResponse(mark("page.queue"))),
        ],
        middleware=[
            Middleware(PageLanguage, settings=Settings(), head=lambda language: f"<i>{language}</i>")
        ],
    )
    with TestClient(app) as client:
        answer = client.get("/", headers=DUTCH)
        assert answer.text == '<html lang="nl"><head><i>nl</i></head><p>Wachtrij</p></html>'
        assert answer.headers["vary"] == "Cookie, Accept-Language"
        assert client.get("/config").json() == {"title": "Queue"}
        assert client.get("/other").text == mark("page.queue")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_head_carries_every_live_text(language: str) -> None:
    markup = head("en" if language == "en" else "nl")
    assert say("live.reuse", "en" if language == "en" else "nl") in markup
    assert markup.count("<script") == 2
