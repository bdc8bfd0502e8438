"""What the page asks of avatars: those there are, one as the character, a picture saved as one."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image
from starlette.testclient import TestClient

from oelala.library.avatar import DOCUMENT
from oelala.studio import Studio
from oelala.tasks.image_to_video import ImageToVideo
from oelala.tasks.pose_transfer import PoseTransfer
from oelala.ui.form import Form
from tests.media import pictures
from tests.ui.test_pictures import OURS

NAME = "Ånna & co 100%"


@pytest.fixture
def kept(studio: Studio, tmp_path: Path) -> str:
    photo = pictures.save(pictures.two_halves(400, 800), tmp_path / "photo.jpg")
    return studio.keep_picture(photo).reference


def test_a_picture_of_the_form_becomes_an_avatar(studio: Studio, client: TestClient, kept: str) -> None:
    assert client.get("/oelala/avatars").json() == {"avatars": []}
    asked = {"name": f" {NAME}", "picture": kept, "consent": "1"}
    assert client.post("/oelala/avatars", params=asked, headers=OURS).json() == {"name": NAME}
    (one,) = client.get("/oelala/avatars").json()["avatars"]
    assert one["name"] == NAME
    address = f"/oelala/avatars/{quote(NAME, safe='')}"
    shown = client.get(f"{address}/pictures/{one['picture']}")
    assert shown.headers["content-type"] == "image/webp"
    assert Image.open(BytesIO(shown.content)).size == (128, 256)
    taken = client.post(f"{address}/take", headers=OURS).json()["reference"]
    assert taken == one["picture"]
    assert studio.keeps_picture(taken)


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"name": "Anna", "consent": "1"}, 404, "picture-gone"),
        ({"name": "Anna", "consent": "1", "picture": "../../queue.db"}, 404, "picture-gone"),
        ({"name": "Anna", "picture": ""}, 400, "consent-needed"),
        ({"name": "../x", "picture": "", "consent": "1"}, 400, "avatar-name"),
        ({"picture": "", "consent": "1"}, 400, "avatar-name"),
    ],
)
def test_what_cannot_be_one_is_refused(
    studio: Studio, client: TestClient, kept: str, asked: dict[str, str], status: int, code: str
) -> None:
    if asked.get("picture") == "":
        asked = asked | {"picture": kept}
    answer = client.post("/oelala/avatars", params=asked, headers=OURS)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert studio.avatars() == []


def test_only_our_own_page_makes_and_takes_one(client: TestClient, kept: str) -> None:
    for path in ("/oelala/avatars", "/oelala/avatars/Anna/take"):
        assert client.post(path, params={"name": "Anna", "picture": kept, "consent": "1"}).status_code == 403
    assert client.get("/oelala/avatars").json() == {"avatars": []}


def test_a_damaged_one_is_said_in_words(studio: Studio, client: TestClient, kept: str) -> None:
    for name in ("Anna", "Bo"):
        studio.avatar_of_picture(name, kept, consent=True)
    (studio.workspace.avatars / "Anna" / DOCUMENT).write_text("{")
    damaged, fine = client.get("/oelala/avatars", headers={"Accept-Language": "nl"}).json()["avatars"]
    assert damaged["words"].startswith(
        "De avatar “Anna” is niet te lezen (“avatar.json” is beschadigd). Herstel"
    )
    assert (fine["name"], "words" in fine) == ("Bo", False)
    for name, code in (("Anna", "avatar-damaged"), ("Cy", "unknown-avatar")):
        assert client.get(f"/oelala/avatars/{name}/pictures/{fine['picture']}").json()["code"] == code
    assert client.post("/oelala/avatars/Cy/take", headers=OURS).status_code == 404


def test_an_address_keeps_its_picture(studio: Studio, client: TestClient, kept: str, tmp_path: Path) -> None:
    """A browser never asks again."""
    one = studio.avatar_of_picture("Anna", kept, consent=True)
    studio.add_references("Anna", [pictures.save(pictures.two_halves(64, 96), tmp_path / "other.png")])
    (listed,) = client.get("/oelala/avatars").json()["avatars"]
    first = f"/oelala/avatars/Anna/pictures/{listed['picture']}"
    assert "immutable" in client.get(first).headers["cache-control"]
    one.pictures[0].unlink()
    gone = client.get(first)
    assert (gone.status_code, gone.json()["code"]) == (404, "picture-gone")
    assert gone.headers["cache-control"] == "no-store"
    (listed,) = client.get("/oelala/avatars").json()["avatars"]
    second = client.get(f"/oelala/avatars/Anna/pictures/{listed['picture']}")
    assert Image.open(BytesIO(second.content)).size == (64, 96)
    for other in ("avatar.json", "..", "%2e%2e%2favatar.json"):
        assert client.get(f"/oelala/avatars/Anna/pictures/{other}").status_code == 404


def test_a_folder_whose_name_is_no_text_is_listed(studio: Studio, client: TestClient, kept: str) -> None:
    studio.avatar_of_picture("Anna", kept, consent=True)
    try:
        (studio.workspace.avatars / "Zo\udcff").mkdir()
    except (OSError, UnicodeError):
        pytest.skip("this disk takes no such name")
    fine, odd = client.get("/oelala/avatars").json()["avatars"]
    assert (fine["name"], odd["name"]) == ("Anna", "Zo?")
    assert odd["words"].startswith("No avatar can be called")


def test_nothing_of_an_avatar_stays_of_a_former_task(studio: Studio) -> None:
    """Nor a picture: the settings of a clip without one make the same clip again."""
    unseen = Form(PoseTransfer, studio).unseen
    assert (unseen["avatar"], unseen["image"], unseen["person"]) == ("", "", 0)
    unseen = Form(ImageToVideo, studio).unseen
    assert (unseen["image"], unseen["last_image"], unseen["extend"]) == ("", "", "")
