"""`generate image-to-video`: as text-to-video, with a picture that may go once it is asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from oelala.media.video import probe
from oelala.settings import PROJECT, Settings
from oelala.studio import Studio
from tests.media import pictures
from tests.terminal.test_terminal import SMALL, run


def generate(*arguments: str) -> list[str]:
    return ["generate", "image-to-video", *arguments]


def test_a_clip_from_a_picture_that_is_deleted_afterwards(tmp_path: Path) -> None:
    photo = pictures.save(pictures.two_halves(), tmp_path / "photo.jpg")
    workspace, out = tmp_path / "a workspace", tmp_path / "clip.mp4"
    arguments = [
        *generate("--image", photo.name, "--prompt", "she waves", *SMALL),
        "--out",
        str(out),
        "--json",
    ]
    command = [sys.executable, "-m", "oelala", *arguments, "--workspace", str(workspace)]
    environ = {
        "PYTHONPATH": str(PROJECT),
        "PATH": "/usr/bin:/bin",
        "OMP_NUM_THREADS": "1",
        "HOME": str(tmp_path),
    }
    done = subprocess.run(
        command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["state"], answer["seed"], answer["model"]) == ("done", 7, "oelala-mini")
    photo.unlink()
    studio = Studio(Settings(workspace=workspace))
    task = studio.restore(out)
    assert task.kind == "image-to-video"
    (job,) = studio.jobs()
    assert studio.keeps_picture(job.task["image"])
    assert studio.submit(task)[0].task == job.task, "what the clip holds is enough to make it again"

    longer = tmp_path / "longer.mp4"
    arguments = [*generate("--extend", out.name, "--prompt", "she dances", *SMALL), "--out", str(longer)]
    command = [sys.executable, "-m", "oelala", *arguments, "--workspace", str(workspace)]
    done = subprocess.run(
        command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert probe(longer).num_frames == 5 + 4


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
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *generate(*arguments), "--workspace", str(tmp_path / "w"))
    assert (code, out) == (1, "") or (code, out) == (2, "")
    assert message in err
    assert Studio(Settings(workspace=tmp_path / "w")).jobs() == []
