"""An avatar on the real page: a character's picture saved as one, chosen, let go, and gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from oelala.library.avatar import DOCUMENT
from oelala.studio import Avatar
from tests.media.people import rendered
from tests.ui.browsing import LiveStudio, generate, row
from tests.ui.conftest import visitor
from tests.ui.test_browser_page import reads_well_everywhere
from tests.ui.test_browser_pose import FORM, fill, open_tab

pytestmark = pytest.mark.browser

PICTURE = "[data-picture=image][data-of=pose-transfer]"
NAME = "Ånna & co 100%"
CHOICE = f'[data-avatar="{NAME}"]'


@pytest.fixture
def someone(tmp_path: Path) -> Path:
    Image.fromarray(rendered("full body")[0]).save(tmp_path / "someone.png")
    return tmp_path / "someone.png"


@pytest.fixture
def no_avatars(live: LiveStudio) -> Iterator[None]:
    """Before and after: other tests share the studio."""
    assert live.studio.avatars() == []
    yield
    for one in live.studio.avatars():
        live.studio.remove_avatar(one.name)


def held(page: Any, name: str) -> str:
    found: str = page.input_value(f'[id="pose-transfer--{name}--name"] :is(textarea, input)')
    return found


def wait_until_held(page: Any, name: str, wanted: str) -> None:
    at = f'[id="pose-transfer--{name}--name"] :is(textarea, input)'
    page.wait_for_function("([at, wanted]) => document.querySelector(at).value === wanted", arg=[at, wanted])


def save_as_avatar(page: Any) -> None:
    page.click("[data-save-avatar]")
    page.fill(".o-avatar-form input:not([type])", NAME)
    page.press(".o-avatar-form input:not([type])", "Enter")
    page.wait_for_selector(".o-avatar-form .o-fault:has-text('you, a person who agreed, or invented.')")
    page.check(".o-avatar-form input[type=checkbox]")
    page.click(".o-avatar-form button:has-text('Save')")
    page.wait_for_selector(f"{CHOICE}[aria-pressed=true]")


def begin_saving(page: Any, someone: Path) -> None:
    """With the form open that asks for a name."""
    open_tab(page)
    page.set_input_files(f"{PICTURE} input[type=file]", someone)
    page.click("[data-save-avatar]")


def test_a_picture_is_saved_chosen_and_let_go(
    page: Any, live: LiveStudio, someone: Path, no_avatars: None
) -> None:
    open_tab(page)
    assert not page.is_visible(f"{FORM}avatar")
    page.set_input_files(f"{PICTURE} input[type=file]", someone)
    page.wait_for_selector(f"{PICTURE} img")
    save_as_avatar(page)
    (avatar,) = live.studio.avatars()
    assert avatar.name == held(page, "avatar") == NAME
    page.wait_for_selector("[data-save-avatar]", state="hidden")
    assert not page.is_visible(".o-avatar-form")

    page.click("[data-shipped=jump]")
    fill(page, "she jumps")
    job = generate(page, "pose-transfer")
    page.wait_for_selector(f"{row(job)}[data-state=done]", timeout=60_000)
    task = live.studio.job(job).task
    assert (task["avatar"], task["image"]) == (NAME, held(page, "image"))

    page.click(f"{PICTURE} button:has-text('Another')")
    page.wait_for_selector(f"{CHOICE}[aria-pressed=false]")
    assert (held(page, "avatar"), held(page, "image")) == ("", "")
    page.click(CHOICE)
    page.wait_for_selector(f"{CHOICE}[aria-pressed=true]")
    assert isinstance(avatar, Avatar)
    reference = avatar.pictures[0].name
    assert (held(page, "avatar"), held(page, "image")) == (NAME, reference)
    page.reload()
    page.click("[data-tab-id=pose-transfer]")
    page.wait_for_selector(f"{CHOICE}[aria-pressed=true]")
    page.wait_for_selector(f"{PICTURE} img")
    page.click(CHOICE)
    page.wait_for_selector(f"{CHOICE}[aria-pressed=false]")
    assert (held(page, "avatar"), held(page, "image")) == ("", "")

    live.studio.remove_avatar(NAME)
    page.click(f"{row(job)} button:has-text('Reuse these settings')")
    wait_until_held(page, "avatar", NAME)
    wait_until_held(page, "image", task["image"])
    page.wait_for_selector(f"{CHOICE}:has-text('no longer here')")
    page.click(f"{FORM}generate")
    page.wait_for_selector(f"{FORM}avatar .o-fault:has-text('There is no avatar “{NAME}” in this workspace')")
    page.click(CHOICE)
    page.wait_for_selector(f"{FORM}avatar .o-fault", state="detached")
    assert (held(page, "avatar"), held(page, "image")) == ("", task["image"]), "its picture is still here"


def test_settings_of_a_clip_without_it_leave_nothing_of_it(
    page: Any, live: LiveStudio, someone: Path, no_avatars: None, tmp_path: Path
) -> None:
    live.studio.create_avatar("Bo", [someone], consent=True)
    open_tab(page)
    page.click("[data-avatar=Bo]")
    page.wait_for_selector(f"{PICTURE} img")
    page.wait_for_selector("[data-avatar=Bo][aria-pressed=true]")
    task = {
        "kind": "pose-transfer",
        "model": "oelala-mini-pose",
        "motion": "wave",
        "prompt": "a man waves",
    }
    settings = tmp_path / "clip.json"
    settings.write_text(json.dumps({"oelala": {"task": task}}))
    page.set_input_files("#o-restore-file", settings)
    page.wait_for_selector("[data-avatar=Bo][aria-pressed=false]")
    page.wait_for_selector(f"{PICTURE} img", state="detached")
    assert (held(page, "avatar"), held(page, "image")) == ("", "")


def test_one_that_got_damaged_can_be_let_go(
    page: Any, live: LiveStudio, someone: Path, no_avatars: None
) -> None:
    live.studio.create_avatar("Bo", [someone], consent=True)
    open_tab(page)
    page.click("[data-avatar=Bo]")
    page.wait_for_selector("[data-avatar=Bo][aria-pressed=true]")
    (live.studio.workspace.avatars / "Bo" / DOCUMENT).write_text("{")
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.wait_for_selector(f"{FORM}avatar :text('cannot be read')")
    assert not page.is_visible(f"{FORM}avatar :text('no longer here')")
    page.click("[data-avatar=Bo]")
    page.wait_for_selector("[data-avatar=Bo]", state="detached")
    assert held(page, "avatar") == ""


def test_the_last_choice_counts(page: Any, live: LiveStudio, someone: Path, no_avatars: None) -> None:
    for name in ("Anna", "Bo"):
        live.studio.create_avatar(name, [someone], consent=True)
    open_tab(page)
    waiting: list[Any] = []
    page.route("**/avatars/Anna/take", lambda route: waiting.append(route))
    page.click("[data-avatar=Anna]")
    page.click("[data-avatar=Bo]")
    page.wait_for_selector("[data-avatar=Bo][aria-pressed=true]")
    with page.expect_response("**/avatars/Anna/take"):
        waiting[0].continue_()
    page.wait_for_timeout(300)
    assert held(page, "avatar") == "Bo"


def test_a_name_belongs_to_the_picture_it_was_given_to(
    page: Any, live: LiveStudio, someone: Path, no_avatars: None
) -> None:
    """Another one came while it was saved."""
    begin_saving(page, someone)
    page.fill(".o-avatar-form input:not([type])", "Anna")
    page.check(".o-avatar-form input[type=checkbox]")
    waiting: list[Any] = []
    page.route("**/oelala/avatars?*", lambda route: waiting.append(route))
    page.press(".o-avatar-form input:not([type])", "Enter")
    page.press(".o-avatar-form input:not([type])", "Enter")
    page.click(f"{PICTURE} button:has-text('Another')")
    page.wait_for_timeout(300)
    assert len(waiting) == 1, "asked for once"
    waiting[0].continue_()
    page.wait_for_selector("[data-avatar=Anna]")
    assert (held(page, "avatar"), held(page, "image")) == ("", "")


def test_a_fault_of_the_picture_leaves_the_form_alone(
    page: Any, live: LiveStudio, someone: Path, no_avatars: None
) -> None:
    begin_saving(page, someone)
    page.click(".o-avatar-form button:has-text('Save')")
    page.wait_for_selector(".o-avatar-form .o-fault:has-text('No avatar can be called')")
    assert page.evaluate("document.activeElement.matches('.o-avatar-form input')")
    live.studio.kept_file(held(page, "image")).unlink()
    page.click("[data-shipped=jump]")
    page.click(f"{FORM}generate")
    at_field = '[id="pose-transfer--image--fault"]'
    page.wait_for_selector(at_field)
    page.fill(".o-avatar-form input:not([type])", "Anna")
    page.wait_for_selector(at_field, state="detached")
    assert page.is_visible(".o-avatar-form .o-fault")


def test_it_reads_well_everywhere(browser: Any, live: LiveStudio, someone: Path, no_avatars: None) -> None:
    live.studio.create_avatar("A name that is far too long for the width of a phone", [someone], consent=True)
    with visitor(browser, live) as page:
        open_tab(page)
        page.set_input_files(f"{PICTURE} input[type=file]", someone)
        page.click("[data-save-avatar]")
        page.click(".o-avatar-form button:has-text('Save')")
        page.wait_for_selector(".o-avatar-form .o-fault:has-text('No avatar can be called')")
        reads_well_everywhere(page)
        save_as_avatar(page)
        reads_well_everywhere(page)
