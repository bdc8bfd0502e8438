"""`avatars`, and `generate pose-transfer --avatar`: a character made once, by its name from then on."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from PIL import Image

from oelala.library.avatar import DOCUMENT
from oelala.settings import Settings
from oelala.studio import Studio
from tests.media import pictures
from tests.media.people import rendered
from tests.models.tiny_pose import VACE
from tests.terminal.conftest import OpenStudio
from tests.terminal.test_terminal import SMALL, run

WORDS = "a woman in a red coat"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return pictures.save(pictures.two_halves(), tmp_path / "photo.png")


@pytest.fixture
def where(tmp_path: Path) -> list[str]:
    return ["--workspace", str(tmp_path / "w"), "--language", "en"]


def test_from_making_one_to_removing_it(
    tmp_path: Path, photo: Path, where: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "avatars", *where) == (0, "", "")
    about = ["--description", WORDS, "--trigger-word", "ann4", "--consent"]
    assert run(capsys, "avatars", "add", "Anna", str(photo), *about, *where) == (0, "Anna\n", "")
    other = pictures.save(pictures.two_halves(64, 96), tmp_path / "other.png")
    code, out, _ = run(capsys, "avatars", "add", "anna", str(other), str(photo), "--json", *where)
    made = json.loads(out)
    assert (code, made["name"], len(made["references"])) == (0, "Anna", 2)
    assert (made["description"], made["trigger_word"], made["damaged"]) == (WORDS, "ann4", None)
    assert made["consent"] == {"affirmed": True, "on": time.strftime("%Y-%m-%d")}
    assert made["created"] < made["changed"] <= time.time()
    assert [Image.open(path).size for path in made["references"]] == [(96, 64), (64, 96)]
    assert run(capsys, "avatars", "list", *where)[1] == f"Anna  pictures: 2  {WORDS}\n"
    assert json.loads(run(capsys, "avatars", "--json", *where)[1]) == [made]

    code, out, err = run(capsys, "avatars", "remove", "anna", *where)
    place = Path(out.strip())
    assert (code, (place / DOCUMENT).is_file()) == (0, True)
    assert err.startswith("“Anna” lies there now.")
    assert f"Put the folder back as {tmp_path / 'w' / '.oelala' / 'avatars' / 'Anna'}" in err
    assert f"begun with stay in {tmp_path / 'w' / '.oelala' / 'inputs'}" in err
    assert json.loads(run(capsys, "avatars", "--json", *where)[1]) == []


@pytest.mark.parametrize(
    "words", [["add", "Anna", "--consent", "PHOTO"], ["--consent", "add", "--json", "Anna", "PHOTO"]]
)
def test_flags_stand_where_they_like(
    photo: Path, where: list[str], capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    given = [str(photo) if word == "PHOTO" else word for word in words]
    assert run(capsys, "avatars", *where, *given)[0] == 0
    assert run(capsys, "avatars", *where, "remove", "--json", "Anna")[0] == 0


def test_a_damaged_one_is_said_and_the_others_are_listed(
    tmp_path: Path, photo: Path, where: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("Anna", "Bo"):
        run(capsys, "avatars", "add", name, str(photo), "--consent", *where)
    folder = tmp_path / "w" / ".oelala" / "avatars" / "Anna"
    (folder / DOCUMENT).write_text("{")
    code, out, err = run(capsys, "avatars", *where)
    assert (code, out) == (0, "Bo  pictures: 1\n")
    assert err.startswith("The avatar “Anna” cannot be read (“avatar.json” is damaged).")
    assert f"Mend {folder}" in err
    damaged, fine = json.loads(run(capsys, "avatars", "--json", *where)[1])
    assert (damaged["name"], damaged["damaged"]["code"], fine["damaged"]) == ("Anna", "avatar-damaged", None)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["add"], 2, "“avatars add” needs its NAME."),
        (["add", "Anna"], 2, "“avatars add Anna” needs its PICTURE."),
        (["add", "Anna", "photo.png"], 2, "on the command line: --consent"),
        (["add", "CON", "photo.png", "--consent"], 2, "No avatar can be called “CON”."),
        (["add", "Anna", "gone.png", "--consent"], 1, "There is no picture gone.png."),
        (["add", "Anna", "photo.png", "--consent", "--trigger-word", "x" * 61], 2, "--trigger-word: This is"),
        (["add", "Bo", "photo.png", "--description", "x"], 2, "There is already an avatar called “Bo”."),
        (["remove"], 2, "“avatars remove” needs its NAME."),
        (["remove", "Anna"], 2, "There is no avatar “Anna” in this workspace."),
        (["remove", "Anna", "Bo"], 2, "in quotes if it has spaces"),
    ],
)
def test_what_is_wrong_is_said(
    tmp_path: Path,
    photo: Path,
    where: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    run(capsys, "avatars", "add", "Bo", str(photo), "--consent", *where)
    monkeypatch.chdir(tmp_path)
    found, out, err = run(capsys, "avatars", *arguments, *where)
    assert (found, out) == (code, "")
    assert message in err
    assert [one.name for one in Studio(Settings(workspace=tmp_path / "w")).avatars()] == ["Bo"]


def test_an_avatar_follows_a_motion(
    tmp_path: Path, open_studio: OpenStudio, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(rendered("full body")[0]).save(tmp_path / "someone.png")
    about = [str(tmp_path / "someone.png"), "--consent", "--description", WORDS, *open_studio.flags]
    assert run(capsys, "avatars", "add", "Anna", *about)[0] == 0
    out = tmp_path / "clip.mp4"
    asked = ["--motion", "wave", "--avatar", "anna", "--place", "--model", VACE, *SMALL]
    code, said, err = run(
        capsys, "generate", "pose-transfer", *asked, "--out", str(out), "--json", *open_studio.flags
    )
    assert code == 0, err
    assert json.loads(said)["state"] == "done"
    task = open_studio.join().restore(out).model_dump()
    assert (task["avatar"], task["prompt"]) == ("Anna", WORDS)
    assert open_studio.running.keeps_picture(task["image"])
    open_studio.running.remove_avatar("Anna")
    code, said, err = run(capsys, "generate", "pose-transfer", *asked, *open_studio.flags, "--language", "nl")
    assert (code, said) == (2, "")
    assert err.startswith("--avatar: Er is geen avatar “anna” in deze werkmap.\nKies een andere avatar")
