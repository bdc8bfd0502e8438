"""`models`: download, verify and remove, as a user meets them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from oelala.kinds import BY_NAME
from oelala.models.catalog import ROWS
from oelala.settings import PROJECT, Settings
from oelala.studio import Studio
from oelala.terminal.bar import Pace, download_line, duration
from oelala.terminal.main import main
from oelala.texts import LANGUAGES, Language, no_use_yet, say
from tests.models.download.conftest import HOST, LARGE, SMALL, repository
from tests.models.download.hub import COMMIT, TOKEN, Hub, running_hub
from tests.models.download.test_download import NEEDED, SHARD
from tests.models.recognise.files import gguf_header, shapes, write_sparse
from tests.models.recognise.test_recognise import own_folder

TOTAL = sum(len(repository(SMALL)[name]) for name in NEEDED)


@pytest.fixture(scope="module")
def module_hub() -> Iterator[Hub]:
    with running_hub() as running:
        yield running


@pytest.fixture
def hub(module_hub: Hub) -> Hub:
    """As if it had just been started."""
    vars(module_hub).update(vars(Hub(module_hub.address)))
    module_hub.repos = {row.repo: repository(row) for row in (SMALL, LARGE, HOST)}
    return module_hub


class Terminal:
    """The command line, with its own models and workspace."""

    def __init__(self, hub: Hub, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self._logged = self.logs()
        self.environ = {"HF_ENDPOINT": hub.address, "OELALA_MODELS": str(folder / "hub")}
        self.environ |= {
            "HF_TOKEN_PATH": str(folder / "token"),
            "OELALA_WORKSPACE": str(folder / "workspace"),
        }

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        self._capsys.readouterr()
        code = main(["models", *arguments])
        printed = self._capsys.readouterr()
        return code, printed.out, printed.err

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json")[1])

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "oelala", "models", *arguments],
            cwd=PROJECT,
            env=os.environ | self.environ,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    @property
    def studio(self) -> Studio:
        return Studio(Settings(workspace=self.folder / "workspace", models=self.folder / "hub"))

    def logs(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in self.folder.glob("workspace/.oelala/logs/*")}

    def logged(self) -> str:
        """Since the test began."""
        new = [text.removeprefix(self._logged.get(path, b"")) for path, text in self.logs().items()]
        return b"".join(new).decode()

    def kept(self) -> int:
        """Bytes of downloads, whole or not; one gets its last name just as it is looked at."""
        size = 0
        for path in self.folder.glob("hub/*/blobs/*"):
            with suppress(FileNotFoundError):
                size += path.stat().st_size
        return size


@pytest.fixture(scope="module")
def open_folder(module_hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a workspace that a studio is open on: its worker stays warm."""
    folder = tmp_path_factory.mktemp("open")
    settings = Settings(workspace=folder / "workspace", models=folder / "hub", lazy=True)
    studio = Studio(replace(settings, hub_endpoint=module_hub.address, hub_token_file=folder / "token"))
    assert studio.acquire("") is None
    studio.start()
    yield folder
    studio.stop()


Sit = Callable[[Path], Terminal]


@pytest.fixture
def sit(hub: Hub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Sit:
    def begin(folder: Path) -> Terminal:
        made = Terminal(hub, folder, capsys)
        for name, value in made.environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        return made

    return begin


@pytest.fixture
def terminal(sit: Sit, open_folder: Path) -> Terminal:
    """Nothing has been fetched or added."""
    shutil.rmtree(open_folder / "hub", ignore_errors=True)
    for file in (open_folder / "token", open_folder / "workspace/.oelala/models.json"):
        file.unlink(missing_ok=True)
    return sit(open_folder)


@pytest.fixture
def alone(sit: Sit, tmp_path: Path) -> Terminal:
    """With a workspace that no studio is open on."""
    return sit(tmp_path)


def test_the_list_is_a_table(terminal: Terminal) -> None:
    """However long a model's id is."""
    code, out, _ = terminal("list")
    lines = out.splitlines()
    assert code == 0
    assert max(len(line.split()[0]) for line in lines) > 22
    assert len({line.index(" GB ") for line in lines}) == 1


def test_download_verify_remove(terminal: Terminal, hub: Hub) -> None:
    code, out, err = terminal("download", SMALL.id)
    folder = Path(out.strip())
    said = err.splitlines()
    assert code == 0
    assert said[0].startswith(f"{SMALL.title}: 17.6 GB from {SMALL.repo}, {HOST.repo} (licence Apache-2.0).")
    preview = "With it comes a tiny decoder for previews: ≤ 45.3 MB from lightx2v/Autoencoders (licence MIT)."
    # and whether it fits, as the list has it
    (verdict,) = [row["why"] for row in terminal.json() if row["id"] == SMALL.id]
    assert " ".join(said[1:]) == f"{verdict} {preview}"
    assert folder.name == COMMIT
    rows = {row["id"]: row for row in terminal.json()}
    assert (rows[SMALL.id]["on_disk"], rows[LARGE.id]["on_disk"]) == (True, False)
    assert rows[LARGE.id]["sources"][0] == LARGE.repo
    comes_along = {"repo": "lightx2v/Autoencoders", "licence": "MIT", "bytes": 45_262_156, "on_disk": False}
    assert rows[LARGE.id]["preview"] == comes_along
    assert rows["oelala-mini"]["preview"] is None
    again = terminal.json("download", SMALL.id)
    assert again == {
        **{"state": "done", "job": None, "model": SMALL.id, "folder": str(folder)},
        **{"bytes": 0, "seconds": 0.0},
    }
    assert terminal("verify", SMALL.id)[:2] == (
        0,
        f"All {len(NEEDED)} files are as they should be (805 kB).\n",
    )
    (folder / SHARD).resolve().write_bytes(b"x" * (folder / SHARD).stat().st_size)
    code, out, err = terminal("verify", SMALL.id)
    assert (code, out) == (1, f"{SHARD}\n")
    assert f"models download {SMALL.id}" in err
    mended = terminal.json("download", SMALL.id)
    assert mended["bytes"] == len(hub.repos[SMALL.repo][SHARD])
    assert terminal.studio.job(mended["job"]).state.name == "done"
    assert terminal.json("verify", SMALL.id)["sound"] is True
    terminal("download", LARGE.id)
    assert terminal.json("remove", SMALL.id)["needed_by"] == [LARGE.title]
    assert terminal("remove", LARGE.id)[:2] == (0, "805 kB freed.\n")
    assert terminal.kept() == 0


@pytest.mark.parametrize("arguments", [["download", "nobody"], ["remove", "nobody"], ["verify"]])
def test_wrong_words(terminal: Terminal, arguments: list[str]) -> None:
    assert terminal(*arguments)[0] == 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["remove", SMALL.id], "model-missing"),
        (["verify", SMALL.id], "model-missing"),
        (["remove", "oelala-mini"], "embedded-stays"),
    ],
)
def test_faults_are_said_plainly(terminal: Terminal, arguments: list[str], code: str) -> None:
    said = terminal(*arguments, "--json")
    assert said[0] == 1
    assert json.loads(said[1])["code"] == code


def test_a_gated_model_tells_where_to_go(terminal: Terminal, hub: Hub) -> None:
    hub.faults.gated = True
    for language in ("en", "nl"):
        code, out, err = terminal("download", SMALL.id, "--json", "--language", language)
        answer = json.loads(out)
        assert (code, answer["state"], answer["code"]) == (1, "failed", "gated-model")
        assert f"{hub.address}/{HOST.repo}" in answer["hint"], "the repository that is asked first"
        assert "HF_TOKEN" in err
    (terminal.folder / "token").write_text(TOKEN)
    assert terminal("download", SMALL.id)[0] == 0
    logs = terminal.logged()
    assert "downloading Wan 2.1" in logs
    assert TOKEN not in logs
    assert "signature" not in logs


def test_ctrl_c_keeps_what_came(alone: Terminal, hub: Hub) -> None:
    hub.faults.rate = 150_000
    process = alone.start("download", SMALL.id)
    wait_for(lambda: alone.kept() > 50_000)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert f"models remove {SMALL.id}" in err
    kept = alone.kept()
    hub.faults.rate = 0
    assert alone.json("download", SMALL.id)["bytes"] == TOTAL - kept
    assert hub.sent <= TOTAL + 100_000


def test_two_terminals_share_one_download(alone: Terminal, hub: Hub) -> None:
    hub.faults.rate = 400_000
    first = alone.start("download", SMALL.id)
    wait_for(lambda: alone.kept() > 10_000)
    second, third = alone.start("download", SMALL.id), alone.start("download", LARGE.id)
    folders = [process.communicate(timeout=60)[0] for process in (first, second, third)]
    assert [process.returncode for process in (first, second, third)] == [0, 0, 0]
    assert folders[0] == folders[1] != folders[2]
    kinds = [(job.kind, job.state.name) for job in alone.studio.jobs()]
    assert kinds == [("download", "done")] * 2, "the third waited until the first let go of the queue"


def wait_for(condition: Any) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_bar_of_a_download() -> None:
    assert download_line(7225, 28900, 45.23, "en") == (
        "Downloading  [######------------------]  7.2/28.9 GB  45.2 MB/s  8 min"
    )
    assert "  7,2/28,9 GB  45,2 MB/s  8 min" in download_line(7225, 28900, 45.23, "nl")
    assert download_line(0, 0, None, "nl") == "Ophalen"
    assert [duration(seconds) for seconds in (45, 540, 7500)] == ["45 s", "9 min", "2 h 05 min"]


def test_the_pace_forgets_what_is_long_ago() -> None:
    pace = Pace()
    assert pace.see(5000, 100.0) is None
    assert pace.see(5100, 101.0) == 100.0
    for second in range(2, 30):
        rate = pace.see(5100 + 10 * second, 100.0 + second)
    assert rate == pytest.approx(10.0)


def test_add_list_and_remove_a_file_of_ones_own(terminal: Terminal, tmp_path: Path) -> None:
    file = write_sparse(tmp_path / "My Wan.safetensors", shapes("wan2.1-t2v-1.3b"))
    code, out, err = terminal("add", str(file), "--language", "nl")
    assert (code, out) == (0, "my-wan\n")
    assert "staat nu in de lijst" in err
    assert "models download my-wan" in err
    (row,) = [row for row in terminal.json() if row["added"]]
    assert (row["id"], row["base"], row["on_disk"]) == ("my-wan", "wan2.1-t2v-1.3b", False)
    assert row["tasks"] == ["text-to-video"]
    assert json.loads(terminal("add", str(file), "--json")[1])["code"] == "already-added"
    # what else it needs: all of the base but its transformer
    details = terminal.json("download", "my-wan")
    assert 0 < details["bytes"] < TOTAL
    assert {row["id"]: row for row in terminal.json()}["my-wan"]["on_disk"] is True
    assert {row["id"]: row for row in terminal.json()}[SMALL.id]["on_disk"] is False
    assert terminal.json("verify", "my-wan")["sound"] is True
    assert terminal("remove", "my-wan")[0] == 0
    assert file.exists()
    assert not [row for row in terminal.json() if row["added"]]


def test_what_an_added_model_needs_stays(terminal: Terminal, tmp_path: Path) -> None:
    terminal("add", str(write_sparse(tmp_path / "mine.safetensors", shapes("wan2.1-t2v-1.3b"))))
    terminal("download", SMALL.id)
    removed = terminal.json("remove", SMALL.id)
    assert removed["needed_by"] == ["mine"]
    assert removed["kept"] == ["scheduler", "tokenizer", "vae"], "its text encoder lies elsewhere, and stays"
    rows = {row["id"]: row["on_disk"] for row in terminal.json()}
    assert (rows["mine"], rows[SMALL.id]) == (True, False)


def test_a_file_from_the_hub_comes_and_goes(terminal: Terminal, hub: Hub) -> None:
    start, length = gguf_header(shapes("wan2.1-t2v-1.3b", official=True))
    repo, path = "someone/wan-gguf", "Q8/wan.gguf"
    hub.repos[repo] = {path: start + bytes(300_000)}
    hub.sizes[path] = length
    added = terminal.json("add", f"{repo}/{path}")
    assert (added["id"], added["base"], added["on_disk"]) == ("wan", SMALL.id, False)
    terminal("download", SMALL.id)
    hub.sizes[path] = len(hub.repos[repo][path])
    assert terminal.json("download", "wan")["bytes"] == len(hub.repos[repo][path])
    kept = terminal.kept()
    assert terminal.json("remove", "wan")["freed"] >= len(hub.repos[repo][path])
    assert terminal.kept() == kept - len(hub.repos[repo][path])
    assert terminal.json("verify", SMALL.id)["sound"] is True


def test_a_folder_of_ones_own_is_mended_by_hand(terminal: Terminal, tmp_path: Path) -> None:
    """Half deleted, neither check nor download send from one to the other."""
    folder = own_folder(tmp_path, SMALL.id)
    assert terminal.json("add", str(folder))["id"] == "my-model"
    (folder / "vae" / "config.json").unlink()
    code, out, err = terminal("verify", "my-model")
    assert (code, out.split()) == (1, ["vae/config.json"])
    advice = f"back into {folder}, or remove it from the list with: ./launch.sh models remove my-model"
    assert advice in err
    assert "download" not in err
    assert advice.replace("with:", "with") in terminal("download", "my-model")[2]
    assert terminal.json("download", "my-model")["code"] == "own-incomplete"
    (row,) = (row for row in terminal.json() if row["id"] == "my-model")
    assert (row["on_disk"], row["missing_bytes"], row["sources"]) == (False, 0, [])
    assert terminal("remove", "my-model")[0] == 0
    assert folder.is_dir()


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("model.ckpt", b"\x80\x04.", "unsafe-weights"),
        ("x.safetensors", b"\xff" * 20, "broken-weights"),
        ("x.gguf", b"GGUF\x03", "broken-weights"),
    ],
)
def test_what_cannot_be_added_says_why(
    terminal: Terminal, tmp_path: Path, name: str, data: bytes, code: str
) -> None:
    (tmp_path / name).write_bytes(data)
    for language in ("en", "nl"):
        exit_code, out, err = terminal("add", str(tmp_path / name), "--json", "--language", language)
        assert (exit_code, json.loads(out)["code"]) == (1, code)
        assert name in err
        assert "Traceback" not in err
    assert terminal("add")[0] == 2
    assert terminal("add", str(tmp_path / "nowhere.gguf"))[0] == 2
    assert terminal("download", SMALL.id, LARGE.id)[0] == 2


def test_a_token_is_kept_for_its_owner_alone(terminal: Terminal, hub: Hub) -> None:
    hub.faults.gated = True
    assert terminal("download", SMALL.id)[0] == 1
    for text, code, said in ((f"{TOKEN}\n", 0, "is kept"), ("two words", 1, "no access token")):
        run = subprocess.run(
            [sys.executable, "-m", "oelala", "models", "login"],
            cwd=PROJECT,
            env=os.environ | terminal.environ,
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (run.returncode, run.stdout) == (code, "")
        assert said in run.stderr
        assert TOKEN not in run.stderr
    kept = terminal.folder / "token"
    assert (kept.read_text(), kept.stat().st_mode & 0o777) == (TOKEN, 0o600)
    assert terminal("download", SMALL.id)[0] == 0
    Studio(replace(terminal.studio.settings, hub_token_file=kept)).keep_token("")
    assert not kept.exists()


def test_what_nothing_can_be_made_with_is_said_and_comes_only_on_demand(
    alone: Terminal, hub: Hub, tmp_path: Path
) -> None:
    rows = {row["id"]: row for row in alone.json()}
    waiting = {name for name, row in rows.items() if not row["usable"]}
    assert waiting == {
        name for name, row in rows.items() if row["tasks"] and set(row["tasks"]).isdisjoint(BY_NAME)
    }
    assert {"sdxl", "sd1.5", "flux.1-dev"} <= waiting
    assert {"oelala-mini", SMALL.id, "svd"}.isdisjoint(waiting)
    listed = {line.split()[0]: line for line in alone("list")[1].splitlines()}
    assert listed["sdxl"].endswith("for portraits, which this version cannot make yet")
    assert not listed[SMALL.id].endswith("yet")
    listed = {line.split()[0]: line for line in alone("list", "--language", "nl")[1].splitlines()}
    assert listed["sdxl"].endswith("voor portretten; die kan deze versie nog niet maken")

    code, out, err = alone("download", "sdxl", "--json")
    assert (code, json.loads(out)["code"]) == (1, "no-use-yet")
    assert "--anyway" in err
    assert alone.studio.jobs() == []
    # fetched ahead all the same, from a hub that does not have it
    assert json.loads(alone("download", "sdxl", "--anyway", "--json")[1])["code"] == "not-on-hub"


def test_a_model_that_waits_for_its_kind_is_added_on_demand(terminal: Terminal, tmp_path: Path) -> None:
    folder = own_folder(tmp_path, "sd1.5")
    write_sparse(folder / "unet/diffusion_pytorch_model.safetensors", {"x": (859_520_964,)})
    assert json.loads(terminal("add", str(folder), "--json")[1])["code"] == "no-use-yet"
    assert not [row for row in terminal.json() if row["added"]]
    added = json.loads(terminal("add", str(folder), "--anyway", "--json")[1])
    assert (added["base"], added["usable"]) == ("sd1.5", False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_that_a_model_waits_for_has_a_word(language: Language) -> None:
    for kind in {kind for row in ROWS for kind in row.kinds} - BY_NAME.keys():
        assert say(f"made.{kind}", language) in no_use_yet([kind], language)
    assert "juggling" in no_use_yet(["juggling"], language)
