"""One real studio with a miniature model, and one Chromium, for all browser tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from oelala.models.catalog import find
from oelala.settings import Settings
from oelala.studio import Studio
from oelala.ui.routes import routes
from tests.media.test_pose_detectors import put_openpose
from tests.models.download.hub import Hub, running_hub
from tests.ui import browsing
from tests.ui.browsing import LiveStudio

PADDING = 4_000_000  # bytes of each file of weights that waits on the hub
HUB_RATE = 300_000  # bytes a second: half a minute, long enough to be seen on a busy machine
DESK = {"viewport": {"width": 1440, "height": 900}, "locale": "en-US"}
PATIENCE = 40_000  # milliseconds for each thing that a test waits for


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = browsing.launch_browser(driver)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.models.tiny import build_wan21
    from tests.models.tiny_image import I2V_EXPERTS, LAYOUTS, SVD, build_svd, build_wan_i2v
    from tests.models.tiny_pose import VACE, build_vace

    models = tmp_path_factory.mktemp("models")
    build_wan21(models / find(browsing.MODEL).repo, seed=1)
    build_wan_i2v(models / find(I2V_EXPERTS).repo, LAYOUTS[I2V_EXPERTS])
    build_svd(models / find(SVD).repo)
    build_vace(models / find(VACE).repo)
    return models


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub with one more model, a few megabytes large, that takes its time."""
    from tests.models.tiny import build_wan21

    repo = find(browsing.ABSENT).repo
    folder = tmp_path_factory.mktemp("hub") / repo
    build_wan21(folder, seed=1, transformer_seed=2)
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    with running_hub() as hub:
        hub.repos[repo] = {name: padded(path) for name, path in files.items()}
        hub.faults.rate = HUB_RATE
        yield hub


def padded(path: Path) -> bytes:
    """Weights that take a while to come: padding is allowed at the end of a safetensors header."""
    data = path.read_bytes()
    if path.suffix != ".safetensors" or path.parent.name != "transformer":
        return data
    size = int.from_bytes(data[:8], "little")
    padding = b" " * (-(-PADDING // 8) * 8)
    return (size + len(padding)).to_bytes(8, "little") + data[8 : 8 + size] + padding + data[8 + size :]


@pytest.fixture(scope="session")
def live(
    browser: Any, models: Path, hub: Hub, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveStudio]:
    """After `browser`, so that a missing one skips before anything starts. It has an OpenPose, for dots."""
    workspace = tmp_path_factory.mktemp("workspace")
    with pytest.MonkeyPatch.context() as patch:
        if sys.platform != "win32":
            put_openpose(tmp_path_factory.mktemp("programs"), patch, "works")
        process, url = browsing.start_studio(workspace, models, hub.address)
    try:
        yield LiveStudio(url, Studio(Settings(workspace=workspace, models=models)))
    finally:
        browsing.stop_studio(process)


@pytest.fixture(scope="session")
def desk(browser: Any) -> Iterator[Any]:
    """A browser context with one tab, that visitors follow each other in: to load the page in a new one takes
    twice the time, and in a new context three times."""
    context = browser.new_context(**DESK)
    yield context
    context.close()


@pytest.fixture
def page(desk: Any, live: LiveStudio) -> Iterator[Any]:
    """A fresh visitor, English, on a desktop screen; a script error on the page fails the test."""
    tab = desk.pages[0] if desk.pages else desk.new_page()
    try:
        with opened(tab, live) as page:
            yield page
    finally:
        forget(tab, live.url)


@contextmanager
def visitor(browser: Any, live: LiveStudio, **options: Any) -> Iterator[Any]:
    """A page of a new browser context on the studio; `options` as Playwright's `new_context` takes them."""
    context = browser.new_context(**{**DESK, **options})
    try:
        with opened(context.new_page(), live) as page:
            yield page
    finally:
        context.close()


@contextmanager
def opened(page: Any, live: LiveStudio) -> Iterator[Any]:
    """The studio in this tab, ready to be used; without script errors until the end."""
    faults: list[str] = []

    def keep(fault: Any) -> None:
        faults.append(str(fault))

    page.set_default_timeout(PATIENCE)
    page.on("pageerror", keep)
    page.goto(live.url)
    page.wait_for_selector("[data-oelala=ready]")
    page.wait_for_selector("#text-to-video--generate")
    page.wait_for_selector("[data-model-of][data-shape]", state="attached")  # the form has been answered
    yield page
    page.remove_listener("pageerror", keep)
    assert faults == []


def forget(tab: Any, url: str) -> None:
    """Leave the studio, and keep nothing of this visitor."""
    context = tab.context
    for other in context.pages:
        if other is not tab:
            other.close()
    tab.unroute_all(behavior="ignoreErrors")
    # An empty page of the same origin, whose storage is emptied once the studio's own has been left: it keeps
    # a draft while it goes. The studio would seal it.
    tab.route(f"{url}/empty", lambda route: route.fulfill(body="", content_type="text/html"))
    tab.goto(f"{url}/empty")
    tab.unroute_all(behavior="ignoreErrors")
    tab.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    context.clear_cookies()
    context.clear_permissions()


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(Settings(workspace=tmp_path / "w", models=tmp_path / "hub"))


@pytest.fixture
def client(studio: Studio) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(studio))) as client:
        yield client
