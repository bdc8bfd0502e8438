"""Avatars on the disk: pictures as they are to be seen, a document that lasts, names for every system."""

from __future__ import annotations

import hashlib
import json
import time
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from oelala.errors import InvalidTask, OelalaError
from oelala.library.avatar import DOCUMENT, Avatar
from oelala.library.avatar_names import checked_name
from oelala.library.avatars import (
    DamagedAvatar,
    add_references,
    create_avatar,
    has_avatar,
    list_avatars,
    read_avatar,
    remove_avatar,
)
from oelala.library.characters import keep_avatar, keep_character
from oelala.library.inputs import is_kept, kept_path
from oelala.library.names import name_of
from oelala.library.workspace import Workspace
from oelala.tasks.pose_transfer import PoseTransfer
from oelala.tasks.text_to_video import TextToVideo
from tests.media import pictures
from tests.media.pictures import GREEN, RED


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return pictures.save(pictures.two_halves(), tmp_path / "photo.png")


def anna(workspace: Workspace, photos: Sequence[Path], **about: str) -> Avatar:
    return create_avatar(workspace, "Anna", photos, consent=True, **about)


def document_of(avatar: Avatar) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((avatar.folder / DOCUMENT).read_text(encoding="utf-8"))
    return document


def write_document(folder: Path, text: str) -> None:
    (folder / DOCUMENT).write_text(text, encoding="utf-8")


def test_what_is_kept_of_a_character(workspace: Workspace, photo: Path) -> None:
    before = time.time()
    made = anna(workspace, [photo], description=" a woman in a red coat ", trigger_word="ann4")
    assert made.folder == workspace.root / ".oelala" / "avatars" / "Anna"
    (picture,) = made.pictures
    assert picture.name == hashlib.sha256(picture.read_bytes()).hexdigest() + ".png"
    stored = document_of(made)
    assert before <= stored.pop("created") == stored.pop("changed") <= time.time()
    assert stored == {
        "format": 1,
        "description": "a woman in a red coat",
        "trigger_word": "ann4",
        "consent": {"affirmed": True, "on": date.today().isoformat()},
        "references": [{"file": picture.name, "width": 96, "height": 64}],
    }
    photo.unlink()
    assert read_avatar(workspace, "Anna") == made
    assert sorted(path.name for path in made.folder.iterdir()) == sorted([picture.name, DOCUMENT])
    assert [path.name for path in workspace.avatars.iterdir()] == ["Anna"]


def test_pictures_are_kept_as_they_are_meant_to_be_seen(workspace: Workspace, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    exif[0x010E] = "where I live"
    turned = pictures.save(pictures.two_halves(), tmp_path / "turned.jpg", exif=exif, quality=95)
    clear = Image.new("RGBA", (64, 48), (0, 0, 0, 0))
    glass = pictures.save(clear, tmp_path / "glass.png")
    wide = pictures.sixteen_bit_grey(tmp_path / "wide.png")
    made = anna(workspace, [turned, glass, wide])
    first, second, third = (Image.open(path) for path in made.pictures)
    assert (first.size, first.mode, len(first.getexif())) == ((64, 96), "RGB", 0)
    assert np.abs(np.subtract(first.getpixel((32, 8)), RED)).max() < 12  # type: ignore[arg-type]
    assert np.abs(np.subtract(first.getpixel((32, 88)), GREEN)).max() < 12  # type: ignore[arg-type]
    assert b"where I live" not in made.pictures[0].read_bytes()
    assert second.getpixel((5, 5)) == (255, 255, 255)
    ramp = np.asarray(third)[0, :, 0]
    assert (ramp[0], ramp[-1], len(set(ramp))) == (0, 255, 64)


def test_more_pictures_come_after_those_it_has(workspace: Workspace, photo: Path, tmp_path: Path) -> None:
    made = anna(workspace, [photo, photo])
    assert len(made.pictures) == 1
    other = pictures.save(pictures.two_halves().rotate(180), tmp_path / "other.png")
    grown = add_references(workspace, "anna", [photo, other])
    assert (grown.name, grown.pictures[0], len(grown.pictures)) == ("Anna", made.pictures[0], 2)
    assert grown.document.changed > made.document.changed == grown.document.created
    assert add_references(workspace, "Anna", [other]) == grown, "it has that one"


def test_what_a_later_version_adds_stays(workspace: Workspace, photo: Path, tmp_path: Path) -> None:
    made = anna(workspace, [photo])
    stored = document_of(made)
    stored["lora"] = {"file": "x.safetensors"}
    stored["references"][0]["score"] = 0.9
    stored["consent"]["by"] = "Anna"
    write_document(made.folder, json.dumps(stored))
    other = pictures.save(pictures.two_halves(64, 96), tmp_path / "other.png")
    add_references(workspace, "Anna", [other])
    after = document_of(made)
    assert (after["lora"], after["consent"]) == (stored["lora"], stored["consent"])
    assert after["references"][0] == stored["references"][0]
    assert len(after["references"]) == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not-json"),
        ("[]", "avatar.json: Input should be a valid dictionary"),
        ("[" * 100_000, "not-json"),
        ("\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "not-json"),
        ('{"references": []}', "consent: Field required"),
        ('{"consent": {"affirmed": true, "on": "2026-11-28"}, "created": 1, "changed": 1, "references": '
         '[{"file": "../../secret.png", "width": 1, "height": 1}]}', "references.0.file"),
        (" " * 2**21, "not-json"),
    ],
)  # fmt: skip
def test_a_damaged_one_is_listed_as_such(workspace: Workspace, photo: Path, text: str, reason: str) -> None:
    made = anna(workspace, [photo])
    create_avatar(workspace, "Bo", [photo], consent=True)
    write_document(made.folder, text)
    damaged, fine = list_avatars(workspace)
    assert isinstance(damaged, DamagedAvatar)
    assert (damaged.name, damaged.fault.code) == ("Anna", "avatar-damaged")
    assert reason in str(damaged.fault.values["reason"])
    assert isinstance(fine, Avatar)
    assert fine.name == "Bo"
    with pytest.raises(OelalaError, match="cannot be read"):
        read_avatar(workspace, "Anna")
    assert has_avatar(workspace, "Anna")
    remove_avatar(workspace, "Anna")
    assert list_avatars(workspace) == [fine]


def test_lost_pictures_and_documents_are_said(workspace: Workspace, photo: Path, tmp_path: Path) -> None:
    other = pictures.save(pictures.two_halves(64, 96), tmp_path / "other.png")
    made = anna(workspace, [photo, other])
    made.pictures[0].unlink()
    again = read_avatar(workspace, "Anna")
    assert Image.open(again.pictures[0]).size == (64, 96), "the next best one"
    again.pictures[0].unlink()
    again.folder.joinpath(again.document.references[1].file).symlink_to(photo)
    with pytest.raises(
        OelalaError, match=r"The avatar “Anna” cannot be read \(“[0-9a-f]{64}.png” is missing\)."
    ):
        read_avatar(workspace, "Anna")
    (made.folder / DOCUMENT).unlink()
    with pytest.raises(OelalaError, match=r"“avatar.json” is missing"):
        read_avatar(workspace, "Anna")


def test_one_of_a_newer_oelala_is_left_alone(workspace: Workspace, photo: Path) -> None:
    made = anna(workspace, [photo])
    text = json.dumps(document_of(made) | {"format": 2, "references": {"best": []}})
    write_document(made.folder, text)
    with pytest.raises(OelalaError, match="saved by a newer Oelala"):
        add_references(workspace, "Anna", [photo])
    assert (made.folder / DOCUMENT).read_text() == text


@pytest.mark.parametrize(
    "name", ["", " ", "..", ".anna", "anna.", "a/b", "a\\b", "../x", "C:x", "a\0b", "a\u202eb", "\u200d",
             "con", "CON.txt", "Lpt1", "com² ", "aux .x", "x" * 61, "😀" * 51, "\ud800x", "what?", "--"],
)  # fmt: skip
def test_names_that_no_folder_can_have(workspace: Workspace, photo: Path, name: str) -> None:
    with pytest.raises(OelalaError, match="No avatar can be called") as fault:
        create_avatar(workspace, name, [photo], consent=True)
    assert fault.value.code == "avatar-name"
    json.dumps(fault.value.values).encode()
    assert not workspace.avatars.exists()


@pytest.mark.parametrize("name", ["Ånna & co 100%", "王芳", "👩‍🚀", "कृष्ण", "Conny", "a.b", "x" * 60])
def test_names_of_every_language(workspace: Workspace, photo: Path, name: str) -> None:
    made = create_avatar(workspace, unicodedata.normalize("NFD", f" {name}  "), [photo], consent=True)
    assert made.name == unicodedata.normalize("NFC", name)
    assert read_avatar(workspace, name) == made
    assert checked_name(made.name) == made.name


def test_one_name_is_taken_once(workspace: Workspace, photo: Path) -> None:
    made = anna(workspace, [photo])
    for name in ("Anna", "ANNA", " anna "):
        with pytest.raises(OelalaError, match="already an avatar called “Anna”"):
            create_avatar(workspace, name, [photo], consent=True)
    assert list_avatars(workspace) == [made]


def test_nothing_stays_of_one_that_could_not_be_made(
    workspace: Workspace, photo: Path, tmp_path: Path
) -> None:
    poem = tmp_path / "poem.png"
    poem.write_text("no picture")
    attempts: list[tuple[list[Path], bool, str]] = [
        ([photo, poem], True, "picture-unknown"),
        ([tmp_path / "gone"], True, "no-picture"),
        ([photo], False, "consent-needed"),
        ([], True, "empty"),
    ]
    for photos, consent, code in attempts:
        with pytest.raises(OelalaError) as fault:
            create_avatar(workspace, "Anna", photos, consent=consent)
        assert fault.value.code == code
    with pytest.raises(InvalidTask, match="too long") as long:
        anna(workspace, [photo], description="x" * 301)
    assert long.value.field == "description"
    assert list_avatars(workspace) == []
    assert not workspace.avatars.exists() or list(workspace.avatars.iterdir()) == []


def test_half_an_avatar_is_swept(workspace: Workspace, photo: Path) -> None:
    made = anna(workspace, [photo])
    (workspace.avatars / ".0123.part").mkdir()
    (workspace.avatars / ".0123.part" / "x.png").write_bytes(b"half")
    (made.folder / ".x.png.0123.part").write_bytes(b"half")
    assert list_avatars(workspace) == [made]
    assert workspace.sweep() == 2
    assert read_avatar(workspace, "Anna") == made
    assert [path.name for path in workspace.avatars.iterdir()] == ["Anna"]


def test_a_removed_one_can_be_put_back(workspace: Workspace, photo: Path) -> None:
    made = anna(workspace, [photo])
    place = remove_avatar(workspace, "anna")
    assert place.parent.parent == workspace.root / ".oelala" / "removed"
    assert place.name == "Anna"
    assert list_avatars(workspace) == []
    for gone in ("Anna", "../removed", ".."):
        with pytest.raises(OelalaError, match="There is no avatar"):
            remove_avatar(workspace, gone)
    anna(workspace, [photo])
    assert remove_avatar(workspace, "Anna") != place
    place.rename(made.folder)
    assert list_avatars(workspace) == [made]


def test_what_cannot_be_removed_stays(workspace: Workspace, photo: Path) -> None:
    made = anna(workspace, [photo])
    workspace.removed.write_text("no folder")
    with pytest.raises(OelalaError) as fault:
        remove_avatar(workspace, "Anna")
    assert fault.value.code == "not-writable"
    assert list_avatars(workspace) == [made]


def test_what_many_add_at_once_is_all_kept(workspace: Workspace, tmp_path: Path) -> None:
    photos = [pictures.save(pictures.two_halves(64 + n, 64), tmp_path / f"{n}.png") for n in range(6)]
    anna(workspace, photos[:1])
    with ThreadPoolExecutor() as threads:
        list(threads.map(lambda photo: add_references(workspace, "Anna", [photo]), photos[1:]))
    kept = read_avatar(workspace, "Anna")
    assert sorted(one.width for one in kept.document.references) == [64, 65, 66, 67, 68, 69]
    assert len(kept.pictures) == 6


def test_one_of_many_gets_the_name(workspace: Workspace, photo: Path) -> None:
    def attempt(name: str) -> str:
        try:
            return create_avatar(workspace, name, [photo], consent=True).name
        except OelalaError as fault:
            return fault.code

    with ThreadPoolExecutor() as threads:
        answers = list(threads.map(attempt, ["Anna", "anna", "Anna", "ANNA"]))
    assert sorted(answers)[1:] == ["avatar-exists"] * 3
    assert [one.name for one in list_avatars(workspace)] == sorted(answers)[:1]


def test_nothing_stays_of_pictures_that_could_not_be_added(
    workspace: Workspace, photo: Path, tmp_path: Path
) -> None:
    made = anna(workspace, [photo])
    other = pictures.save(pictures.two_halves(64, 96), tmp_path / "other.png")
    with pytest.raises(OelalaError) as fault:
        add_references(workspace, "Anna", [other, tmp_path / "gone.png"])
    assert fault.value.code == "no-picture"
    assert sorted(path.name for path in made.folder.iterdir()) == sorted([made.pictures[0].name, DOCUMENT])
    assert [path.name for path in workspace.avatars.iterdir()] == ["Anna"]


def test_a_lost_picture_comes_back(workspace: Workspace, photo: Path) -> None:
    made = anna(workspace, [photo, pictures.save(pictures.two_halves(64, 96), photo.with_name("b.png"))])
    made.pictures[0].unlink()
    assert add_references(workspace, "Anna", [photo]) == made


def test_a_folder_with_an_odd_name_disturbs_nobody(workspace: Workspace, photo: Path) -> None:
    made = anna(workspace, [photo])
    try:
        made.folder.rename(workspace.avatars / "Zo\udcff")
    except (OSError, UnicodeError):
        pytest.skip("this disk takes no such name")
    spaced = anna(workspace, [photo]).folder.rename(workspace.avatars / "Anna  Bo")
    listed, odd = list_avatars(workspace)
    assert isinstance(odd, DamagedAvatar)
    assert (odd.name, odd.fault.code) == ("Zo?", "avatar-name")
    assert isinstance(listed, Avatar)
    assert read_avatar(workspace, listed.name) == listed
    assert listed.folder == spaced


def test_an_avatar_at_hand_may_go(workspace: Workspace, photo: Path) -> None:
    made = anna(workspace, [photo])
    remove_avatar(workspace, "Anna")
    assert len(made.pictures) == 1
    with pytest.raises(OelalaError, match=r"There is no picture Anna\.png"):
        keep_character(workspace, made)


def test_titles_say_the_whole_name(workspace: Workspace, photo: Path) -> None:
    made = create_avatar(workspace, "Dr. Who", [photo], consent=True)
    assert name_of(workspace, keep_character(workspace, made).reference) == "Dr. Who"


def test_a_task_takes_what_it_lacks(workspace: Workspace, photo: Path) -> None:
    made = anna(workspace, [photo], description="a woman in a red coat")
    task = keep_avatar(PoseTransfer(motion="wave", avatar="anna"), workspace)
    assert (task.avatar, task.prompt) == ("Anna", "a woman in a red coat")
    assert task.image == made.pictures[0].name
    assert name_of(workspace, str(task.image)) == "Anna"
    remove_avatar(workspace, "Anna")
    assert kept_path(workspace, str(task.image)).read_bytes()
    plain = TextToVideo(prompt="waves")
    assert keep_avatar(plain, workspace) is plain
    nobody = PoseTransfer(motion="wave", prompt="a man")
    assert keep_avatar(nobody, workspace) is nobody


def test_what_a_task_says_itself_stays(workspace: Workspace, photo: Path) -> None:
    anna(workspace, [photo], description="a woman in a red coat")
    given = PoseTransfer(motion="wave", avatar="Anna", prompt="she waves", image=str(photo))
    assert keep_avatar(given, workspace) == given
    assert keep_avatar(keep_avatar(given, workspace), workspace) == given
    assert not workspace.inputs.exists(), "nothing is kept that no clip begins with"


def test_an_avatar_that_cannot_play_is_said_at_its_field(workspace: Workspace, photo: Path) -> None:
    made = anna(workspace, [photo])
    withdrawn = document_of(made) | {"consent": {"affirmed": False, "on": "2026-11-28"}}
    for name, text, code in (
        ("Bo", None, "unknown-avatar"),
        ("Anna", "{", "avatar-damaged"),
        ("Anna", json.dumps(withdrawn), "avatar-without-consent"),
    ):
        if text is not None:
            write_document(made.folder, text)
        with pytest.raises(InvalidTask) as fault:
            keep_avatar(PoseTransfer(motion="wave", avatar=name), workspace)
        assert (fault.value.field, fault.value.code) == ("avatar", code)
    assert not is_kept(workspace, made.document.references[0].file)
