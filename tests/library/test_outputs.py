from __future__ import annotations

import json
import time

import numpy as np
import pytest
from PIL import Image

from oelala.errors import Cancelled, OelalaError
from oelala.library.outputs import final_path, list_outputs, read_settings_of, require_room, save_clip
from oelala.library.workspace import Workspace
from oelala.media.video import VideoSpec, read_frames, read_metadata
from oelala.progress import Progress, RunContext
from oelala.tasks.text_to_video import TextToVideo
from tests.library.conftest import CREATED, Clip, Tale, files_in
from tests.media.clips import moving_gradient


def test_a_clip_is_kept_with_its_poster_and_settings(workspace: Workspace) -> None:
    clip = Clip()
    result = save_clip(clip.into(workspace))
    day = time.strftime("%Y-%m-%d", time.localtime(CREATED))
    moment = time.strftime("%H%M%S", time.localtime(CREATED))
    assert result.output == f"outputs/{day}/{moment}-a-woman-waves-x7k2p9.mp4"
    stem = f"{moment}-a-woman-waves-x7k2p9"
    assert files_in(workspace) == [f"{stem}.jpg", f"{stem}.json", f"{stem}.mp4"]
    frames = np.stack(list(read_frames(workspace.root / result.output)))
    assert abs(frames.astype(int) - moving_gradient()).mean() < 2
    with Image.open(workspace.root / result.details["poster"]) as poster:
        assert poster.size == (64, 48)
    assert {key: result.details[key] for key in ("width", "height", "num_frames", "fps")} == {
        "width": 64,
        "height": 48,
        "num_frames": 9,
        "fps": 16,
    }
    assert result.details["bytes"] == (workspace.root / result.output).stat().st_size
    assert clip.reports == [Progress("saving", step, 9) for step in range(1, 10)]


def test_the_settings_are_in_the_clip_and_beside_it(workspace: Workspace) -> None:
    task = TextToVideo(
        prompt='Zij zei: "dag" 😀\nen ging \\ weg', seed=2**32 - 1, guidance_scale=4.5, width=64
    )
    provenance = {"model": {"id": "oelala-mini", "files": {"a": "sha256:0"}}, "timings": {"denoising": 1.5}}
    result = save_clip(Clip(task=task, provenance=provenance).into(workspace))
    path = workspace.root / str(result.output)
    inside = json.loads(read_metadata(path)["comment"])
    beside = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert inside == beside
    assert inside["oelala"]["model"] == provenance["model"]
    assert inside["oelala"]["timings"] == provenance["timings"]
    assert inside["oelala"]["job"] == "20261122-171500-x7k2p9"
    assert inside["oelala"]["video"] == {"width": 64, "height": 48, "num_frames": 9, "fps": 16}
    for source in (path, path.with_suffix(".json")):
        values = read_settings_of(source)
        assert values.pop("kind") == "text-to-video"
        assert TextToVideo(**values) == task


def test_very_long_prompts_are_kept_whole(workspace: Workspace) -> None:
    prompt = ("😀 \"quoted\" 'single' \\ new\nline = ; # é 漢字 " * 300)[:10_000]
    result = save_clip(Clip(task=Tale(prompt=prompt)).into(workspace))
    path = workspace.root / str(result.output)
    assert read_settings_of(path) == {"kind": "tale", "model": "none", "prompt": Tale(prompt=prompt).prompt}
    assert len(path.name) < 80
    assert list_outputs(workspace)[0].title == " ".join(prompt.split())[:200]


@pytest.mark.parametrize("num_frames", [1, 5])
def test_few_frames_are_a_clip_too(workspace: Workspace, num_frames: int) -> None:
    result = save_clip(Clip(frames=moving_gradient(num_frames)).into(workspace))
    assert len(list(read_frames(workspace.root / str(result.output)))) == num_frames


def test_a_second_attempt_replaces_the_first(workspace: Workspace) -> None:
    first = save_clip(Clip().into(workspace))
    frames = 255 - moving_gradient()
    second = save_clip(Clip(frames=frames, attempt=2).into(workspace))
    assert first.output == second.output
    assert len(files_in(workspace)) == 3
    back = np.stack(list(read_frames(workspace.root / str(second.output))))
    assert abs(back.astype(int) - frames).mean() < 2
    (output,) = list_outputs(workspace)
    assert json.loads(output.metadata.read_text())["oelala"]["attempt"] == 2


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone is fixed here")
def test_a_second_attempt_in_another_time_zone_does_not_double(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_clip(Clip(job_id="20261122-171500-other2").into(workspace))
    try:
        for attempt, zone in enumerate(("Pacific/Auckland", "America/Los_Angeles"), 1):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            result = save_clip(Clip(attempt=attempt).into(workspace))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert len(files_in(workspace)) == 6
    assert (workspace.root / str(result.output)).exists()


def test_a_cancel_at_any_moment_leaves_nothing(workspace: Workspace) -> None:
    for stop_at in range(1, 10):
        clip = Clip()

        def report(progress: Progress, at: int = stop_at, clip: Clip = clip) -> None:
            if progress.step == at:
                clip.cancel.cancel()

        clip.report = report
        with pytest.raises(Cancelled):
            save_clip(clip.into(workspace))
        assert files_in(workspace) == []


def test_a_failed_second_attempt_keeps_the_first(workspace: Workspace) -> None:
    save_clip(Clip().into(workspace))
    clip = Clip(attempt=2)
    clip.cancel.cancel()
    with pytest.raises(Cancelled):
        save_clip(clip.into(workspace))
    assert len(files_in(workspace)) == 3


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("A woman in a RED coat, waving!", "a-woman-in-a-red-coat-waving"),
        ("Één café – naïef", "een-cafe-naief"),
        ("../../etc/passwd\0.mp4", "etc-passwd-mp4"),
        ("漢字 😀", "clip"),
        ("con", "con"),
        ("word " * 30, "word-word-word-word-word-word-word-word"),
        ("x" * 300, "x" * 40),
    ],
)
def test_names_are_safe_everywhere(workspace: Workspace, prompt: str, words: str) -> None:
    path = final_path(workspace, RunContext("20261122-171500-x7k2p9", CREATED), prompt)
    assert path.name[6:] == f"-{words}-x7k2p9.mp4"
    assert path.parent.parent == workspace.outputs


def test_jobs_of_one_second_have_names_of_their_own(workspace: Workspace) -> None:
    for tail in ("aaaaaa", "bbbbbb"):
        save_clip(Clip(job_id=f"20261122-171500-{tail}").into(workspace))
    assert len(list_outputs(workspace)) == 2


def test_room_is_looked_for_before_the_work(workspace: Workspace) -> None:
    require_room(workspace, VideoSpec(1280, 720, 81, 16))
    with pytest.raises(OelalaError) as fault:
        require_room(workspace, VideoSpec(1_000_000, 1_000_000, 1001, 16))
    assert fault.value.code == "out-of-disk"
    assert fault.value.values["path"] == str(workspace.outputs)


def test_an_outputs_folder_that_is_a_file_is_said(workspace: Workspace) -> None:
    workspace.outputs.rmdir()
    workspace.outputs.write_text("mine")
    for act in (
        lambda: require_room(workspace, VideoSpec(64, 48, 9, 16)),
        lambda: save_clip(Clip().into(workspace)),
    ):
        with pytest.raises(OelalaError) as fault:
            act()
        assert fault.value.code == "not-writable"
    assert workspace.outputs.read_text() == "mine"


def test_a_day_that_is_a_file_is_said(workspace: Workspace) -> None:
    path = final_path(workspace, RunContext("1", CREATED), "")
    path.parent.write_text("mine")
    with pytest.raises(OelalaError) as fault:
        save_clip(Clip().into(workspace))
    assert fault.value.code == "not-writable"
    assert fault.value.values["path"] == str(path.parent)
    assert path.parent.read_text() == "mine"
