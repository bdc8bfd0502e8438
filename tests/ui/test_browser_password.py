"""Leaving a studio with a password, on the real page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.ui.serving import running

pytestmark = pytest.mark.browser


def test_who_signs_out_is_out_and_leaves_no_draft(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, real=True, password="open sesame") as site:
        context = browser.new_context(locale="nl-NL")
        page = context.new_page()
        page.goto(site.url)
        page.fill("#password", "open sesame")
        page.press("#password", "Enter")
        page.wait_for_selector("[data-oelala=ready]")
        other = context.new_page()
        other.goto(site.url)
        other.wait_for_selector("[data-oelala=ready]")
        page.bring_to_front()
        page.fill("#text-to-video--prompt textarea", "a secret")
        page.click("#o-sign-out button:has-text('Afmelden')")
        page.wait_for_selector("#password")
        assert page.evaluate("() => sessionStorage.getItem('oelala_draft')") is None
        page.goto(site.url)
        assert page.is_visible("#password")
        other.bring_to_front()
        other.wait_for_selector("#password")
        context.close()


def test_without_a_password_there_is_nothing_to_sign_out_of(page: Any) -> None:
    assert page.query_selector("#o-sign-out") is None
