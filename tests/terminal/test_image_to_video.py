"""`generate image-to-video`: as text-to-video, with a picture that may go once it is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from oelala.media.video import probe
from oelala.settings import Settings
from oelala.studio import Studio
from tests.media import pictures
from tests.media.films import film
from tests.terminal.conftest import OpenStudio
from tests.terminal.test_terminal import SMALL, run


def generate(*arguments: str) -> list[str]:
    return ["generate", "image-to-video", *arguments]


def test_a_clip_from_a_picture_that_is_deleted_afterwards(
    tmp_path: Path,
    open_studio: OpenStudio,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Files are named as seen from the folder of the command line, whichever the studio's is."""
    photo = pictures.save(pictures.two_halves(), tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "clip.mp4"
    arguments = generate("--image", photo.name, "--prompt", "she waves", *SMALL)
    code, said, err = run(capsys, *arguments, "--out", out.name, "--json", *open_studio.flags)
    assert code == 0, err
    answer = json.loads(said)
    assert (answer["state"], answer["seed"], answer["model"]) == ("done", 7, "oelala-mini")
    photo.unlink()
    studio = open_studio.join()
    task = studio.restore(out)
    assert task.kind == "image-to-video"
    (job,) = open_studio.jobs()
    assert studio.keeps_picture(job.task["image"])
    (again,) = studio.submit(task)
    studio.cancel(again.id)
    assert again.task == job.task, "what the clip holds is enough to make it again"

    longer = tmp_path / "longer.mp4"
    arguments = generate("--extend", out.name, "--prompt", "she dances", *SMALL)
    where = ["--out", longer.name, "--json", "--language", "en", *open_studio.flags]
    code, said, err = run(capsys, *arguments, *where)
    assert code == 0, err
    assert probe(longer).num_frames == 5 + 4
    (join,) = json.loads(said)["joins"]
    assert (join["frame"], join["shared"]) == (5, 1)
    assert join.keys() >= {"colour", "sharpness", "identity", "jump"}
    (line,) = [line for line in err.splitlines() if line.startswith("Joined at frame 5: colour")]
    assert f"{join['jump']} × the usual step, {join['sharpness']} × as sharp" in line
    assert (", faces " in line) is (join["identity"] is not None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--prompt", "x"], "no picture, and no clip to extend"),
        (["--image", "gone.png"], "There is no picture gone.png."),
        (["--image", "poem.png"], "poem.png is not a picture."),
        (["--image", "photo.png", "--framing", "stretch"], "“stretch” is not possible here."),
        (["--image", "photo.png", "--last-image", "gone.png"], "There is no picture gone.png."),
        (["--image", "photo.png", "--last-image", "photo.png", "--num-frames", "1"], "must be at least 5"),
        (
            ["--image", "photo.png", "--last-image", "photo.png", "--model", "wan2.2-ti2v-5b"],
            "Wan 2.2 TI2V 5B has no such setting.",
        ),
        (["--image", "photo.png", "--motion-bucket-id", "5"], "Oelala Mini has no such setting."),
        (["--image", "photo.png", "--focus-x", "2"], "This must be at most 1"),
        (["--extend", "odd.mp4"], "The clip to extend is 130 × 98, and Oelala Mini makes no clips of that"),
        (["--extend", "even.mp4", "--width", "128", "--height", "128"], "Set that size"),
    ],
)
def test_what_is_wrong_is_said_before_the_work(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    pictures.save(pictures.two_halves(), tmp_path / "photo.png")
    (tmp_path / "poem.png").write_text("no picture")
    film(tmp_path / "odd.mp4", [np.full((98, 130, 3), 90, np.uint8)] * 3)
    film(tmp_path / "even.mp4", [np.full((128, 160, 3), 90, np.uint8)] * 3)
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *generate(*arguments), "--workspace", str(tmp_path / "w"))
    assert (code, out) == (1, "") or (code, out) == (2, "")
    assert message in err
    assert Studio(Settings(workspace=tmp_path / "w")).jobs() == []


def test_a_single_frame_can_be_a_picture_which_the_next_clip_begins_with(
    tmp_path: Path, open_studio: OpenStudio, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "her.png"
    still = ["generate", "text-to-video", "--prompt", "a woman", *SMALL, "--num-frames", "1"]
    code, _, err = run(capsys, *still, "--out", str(out), *open_studio.flags)
    assert code == 0, err
    with Image.open(out) as picture:
        assert (picture.format, picture.size) == ("PNG", (128, 128))
    code, _, err = run(capsys, *generate("--image", str(out), *SMALL), "--json", *open_studio.flags)
    assert code == 0, err
