"""The command line as a user meets it: words on stderr, results on stdout, honest exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from oelala.settings import PROJECT, Settings
from oelala.studio import Studio
from oelala.tasks.download import Download
from oelala.tasks.job import Job, JobProgress, JobResult, Queued, Running
from oelala.tasks.text_to_video import TextToVideo
from oelala.terminal.bar import Bar, line
from oelala.terminal.console import Console
from oelala.terminal.generate import _deliver
from oelala.terminal.main import main
from oelala.texts import LANGUAGES, Language, say
from tests.terminal.conftest import OpenStudio

SMALL = [
    "--num-frames",
    "5",
    "--num-inference-steps",
    "2",
    "--width",
    "128",
    "--height",
    "128",
    "--seed",
    "7",
]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "a workspace"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(arguments)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def generate(*arguments: str) -> list[str]:
    return ["generate", "text-to-video", *arguments]


def test_a_clip_from_a_sentence(workspace: Path, tmp_path: Path) -> None:
    """The real program in a process of its own, as a script would call it."""
    arguments = [*generate("--prompt", "a man waves", *SMALL), "--out", str(tmp_path / "clip.mp4"), "--json"]
    command = [sys.executable, "-m", "oelala", *arguments, "--workspace", str(workspace)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["state"] == "done"
    assert (answer["seed"], answer["model"]) == (7, "oelala-mini")
    assert answer["output"] == str(tmp_path / "clip.mp4")
    assert (tmp_path / "clip.mp4").read_bytes()[4:8] == b"ftyp"
    assert done.stderr.startswith("Fits: ")  # said before it starts, as above Generate on the page
    (job,) = Studio(Settings(workspace=workspace)).jobs()
    assert job.id == answer["job"]
    assert len(list((workspace / "outputs").rglob("*.mp4"))) == 1


def test_several_clips_are_several_jobs_with_seeds_in_a_row(
    open_studio: OpenStudio, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = generate("--prompt", "a man waves", *SMALL, "--num-videos-per-prompt", "2", "--json")
    code, out, _ = run(capsys, *arguments, *open_studio.flags)
    answer = json.loads(out)
    assert code == 0
    assert len(answer["outputs"]) == 2
    assert sorted(job.task["seed"] for job in open_studio.jobs()) == [7, 8]


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["--prompt", " "], 2, "empty"),
        (["--prompt", "x" * 10_000], 2, "too-long"),
        (["--prompt", "x", "--guidance-scale", "nan"], 2, "not-a-number"),
        (["--prompt", "x", "--guidance-scale", "1e9"], 2, "too-large"),
        (["--prompt", "x", "--num-inference-steps", "0"], 2, "too-small"),
        (["--prompt", "x", "--num-frames", "6"], 2, "not-4k-plus-1"),
        (["--prompt", "x", "--width", "200", "--height", "128"], 2, "wrong-size"),
        (["--prompt", "x", "--model", "nobody"], 2, "unknown-model"),
        (["--prompt", "x", "--preset", "nobody"], 2, "unknown-preset"),
        (["--prompt", "x", "--model", "wan2.1-t2v-14b"], 1, "model-missing"),
        (["--prompt", "x", "--out", "no such folder/clip.mp4"], 2, "no-such-folder"),
        (["--prompt", "x", "--out", "."], 2, "out-is-folder"),
        (["--prompt", "x", "--out", "clip.webm"], 2, "out-other-kind"),
        (["--prompt", "x", "--out", "clip.png"], 2, "out-other-kind"),
        (["--prompt", "x", "--out", "one.jpg", "--num-frames", "1"], 2, "out-other-kind"),
    ],
)
def test_a_wrong_wish_gets_one_clear_message(
    workspace: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, error: str
) -> None:
    both: list[Any] = []
    for language in ("en", "nl"):
        wish = [*generate(*arguments), "--json", "--workspace", str(workspace), "--language", language]
        got, out, err = run(capsys, *wish)
        answer = json.loads(out)
        assert (got, answer["state"], answer["code"]) == (code, "failed", error)
        assert answer["message"] in err
        assert answer["hint"] in err
        both.append(answer["message"])
    assert both[0] != both[1]
    assert Studio(Settings(workspace=workspace)).jobs() == []


def test_a_flag_that_does_not_exist_is_a_usage_fault(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(generate("--prompt", "x", "--sampler", "y"))
    assert stop.value.code == 2
    assert capsys.readouterr().out == ""


def test_help_explains_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(generate("--help"))
    assert stop.value.code == 0
    printed = " ".join(capsys.readouterr().out.split())
    for name in TextToVideo.model_fields:
        flag, about = f"--{name.replace('_', '-')}", say(f"field.{name}.help", "en")
        assert flag in printed
        assert about in printed, name


def test_jobs_are_listed_cancelled_and_retried(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (job,) = Studio(Settings(workspace=workspace)).submit(TextToVideo(prompt="a man waves"))
    flags = ("--json", "--workspace", str(workspace))
    code, out, _ = run(capsys, "jobs", "cancel", job.id, *flags)
    assert (code, json.loads(out)[0]["state"]) == (0, "cancelled")
    code, out, err = run(capsys, "jobs", "retry", job.id, *flags)
    assert (code, json.loads(out)[0]["state"]) == (0, "queued")
    assert "./launch.sh" in err
    listed = json.loads(run(capsys, "jobs", *flags)[1])
    assert [row["state"] for row in listed] == ["queued", "cancelled"]
    assert listed[0].keys() == {
        *("id", "kind", "state", "attempt", "progress", "created", "started", "finished"),
        *("output", "code", "message"),
    }
    assert run(capsys, "jobs", "cancel", "nobody", *flags)[0] == 2
    for language, words in (("en", ["waiting", "cancelled"]), ("nl", ["wacht", "geannuleerd"])):
        lines = run(capsys, "jobs", "--workspace", str(workspace), "--language", language)[1].splitlines()
        assert [line.split()[1] for line in lines] == words
        assert all(line.endswith("text-to-video  a man waves") for line in lines)


def test_models_tell_what_is_here(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "models", "--json", "--workspace", str(workspace))
    rows = {row["id"]: row for row in json.loads(out)}
    assert code == 0
    assert rows["oelala-mini"]["on_disk"] is True
    assert rows["wan2.1-t2v-1.3b"]["licence"] == "Apache-2.0"
    assert rows.keys() >= {"oelala-mini", "wan2.1-t2v-1.3b", "wan2.1-t2v-14b"}
    for row in rows.values():
        assert row["why"].endswith(".")
        assert row.keys() >= {"id", "family", "repo", "revision", "licence", "tasks", "sizes", "on_disk"}
        assert row["fits"] in ("yes", "streamed", "no")


def test_the_doctor_speaks_plainly(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "doctor", "--json", "--workspace", str(workspace))
    report = json.loads(out)
    assert code == (1 if report["problems"] else 0)
    assert report.keys() >= {"python", "torch", "gpu", "ram", "disk", "ffmpeg", "models", "problems"}
    assert report["ram"] > 10**9
    assert "ffmpeg" in report
    _, out, _ = run(capsys, "doctor", "--workspace", str(workspace), "--language", "nl")
    assert "Werkgeheugen" in out


def test_the_doctor_says_when_the_workspace_cannot_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    code, out, _ = run(capsys, "doctor", "--json", "--workspace", str(tmp_path / "file" / "workspace"))
    report = json.loads(out)
    assert code == 1
    assert report["ram"] > 10**9
    assert "not-writable" in [problem["code"] for problem in report["problems"]]


@pytest.mark.parametrize("command", [["jobs", "cancel"], ["models", "verify"], ["workspace", "use"]])
def test_a_forgotten_word_is_asked_for(
    workspace: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    code, out, err = run(capsys, *command, "--json", "--workspace", str(workspace))
    answer = json.loads(out)
    assert (code, answer["code"]) == (2, "missing-argument")
    assert " ".join(command) in answer["hint"]
    assert answer["hint"] in err


def test_the_bar_leaves_a_clean_line(capsys: pytest.CaptureFixture[str]) -> None:
    with Bar("en", shown=True) as bar:
        bar.draw("a long line")
        bar.draw("short")
    assert capsys.readouterr().err == "\ra long line\rshort      \r     \r"


def test_the_bar_counts_steps() -> None:
    running = Running(started=100.0, progress=JobProgress(phase="denoising", step=5, total=20))
    job = Job("j", "text-to-video", "gpu", {}, 99.0, 1, running, 1)
    assert line(job, "en", now=103.2) == "Making the clip  [######------------------]  5/20  3 s"
    waiting = Job("j", "text-to-video", "gpu", {}, 99.0, 1, Queued(), 1)
    assert line(waiting, "nl", now=0) == "Wacht op zijn beurt …"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_clip_that_took_a_second_try_says_so(
    workspace: Path, capsys: pytest.CaptureFixture[str], language: Language
) -> None:
    """On stderr: stdout has the path and nothing else."""
    noted = {"leaner": True, "int8": True, "chunk": True}
    studio = Studio(Settings(workspace=workspace))
    job = studio.store.enqueue(TextToVideo(prompt="a", model="oelala-mini", seed=7))
    claimed = studio.store.claim("gpu", "worker")
    assert claimed is not None
    studio.store.finish(job.id, claimed.attempt, JobResult("outputs/a.mp4", noted))
    _deliver(studio, [studio.job(job.id)], None, Console(language))
    printed = capsys.readouterr()
    assert printed.out.strip() == str(workspace / "outputs" / "a.mp4")
    said = [say(f"terminal.{told}", language) for told in noted]
    assert printed.err.splitlines() == said


def test_the_list_tells_how_far_running_jobs_are(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    studio = Studio(Settings(workspace=workspace))
    studio.store.enqueue(TextToVideo(prompt="a man waves", model="oelala-mini", seed=7))
    studio.store.enqueue(Download(model="wan2.1-t2v-1.3b"))
    reports = {"gpu": JobProgress("denoising", 7, 20), "light": JobProgress("working", 3400, 17_600)}
    for lane, progress in reports.items():
        job = studio.store.claim(lane, "worker")  # type: ignore[arg-type]
        assert job is not None
        studio.store.report(job.id, job.attempt, progress)
    code, out, _ = run(capsys, "jobs", "--workspace", str(workspace))
    assert code == 0
    clip, download = sorted(out.splitlines(), key=lambda told: "download" in told)
    assert "3.4/17.6 GB" in download
    assert "7/20" in clip
