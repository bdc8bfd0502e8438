"""The house keeps its rules: floors, late imports, complete rows, no dangerous calls."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest

from oelala.kinds import KINDS
from oelala.settings import PROJECT
from oelala.texts import LANGUAGES, MODULES, all_texts

FLOORS = {
    0: {"settings", "errors", "log", "log_feed", "progress", "texts", "installer"},
    1: {"tasks", "media"},
    2: {"models", "library"},
    3: {"engines", "training"},
    4: {"jobs"},
    5: {"studio", "kinds", "executor", "doctor", "forecast", "mini"},
    6: {"ui", "terminal", "__main__"},
}
FLOOR_OF = {room: floor for floor, rooms in FLOORS.items() for room in rooms}
# Where a floor may look at less than everything under it.
ONLY = {
    1: {"tasks": {"tasks"}, "media": {"media"}},
    2: {"library": {"library", "media", "tasks"}, "models": {"models", "media", "tasks"}},
    4: {"jobs": {"jobs", "tasks"}},
    6: {room: {"ui", "terminal", "studio", "tasks"} for room in FLOORS[6]},
}
HEAVY = {
    "torch": {"models", "engines", "training", "mini"},
    "diffusers": {"models", "mini"},
    "peft": {"models", "mini"},
    "gradio": {"ui"},
    "cv2": {"media", "mini"},
    "mediapipe": {"media", "mini"},
    "sqlite3": {"jobs"},
    "imageio_ffmpeg": {"media", "doctor"},
}
# Packages that may only arrive inside functions, even in the rooms that may use them.
LATE = {"gradio"}
SOURCES = sorted((PROJECT / "oelala").rglob("*.py"))
TESTS = sorted((PROJECT / "tests").rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PROJECT / "oelala").parts[0].removesuffix(".py")


def imports_of(path: Path) -> list[tuple[str, bool]]:
    """(module, at module level) of every import, `if TYPE_CHECKING` blocks left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: list[tuple[str, bool]] = []

    def visit(node: ast.AST, top: bool) -> None:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.Import):
            found.extend((alias.name, top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.extend((f"{node.module}.{alias.name}", top) for alias in node.names)
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            visit(child, top and not inside)

    visit(tree, True)
    return found


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(path) for path in SOURCES} - {"__init__", "assets"}
    assert rooms <= FLOOR_OF.keys(), rooms - FLOOR_OF.keys()


def test_imports_go_down_only() -> None:
    faults = []
    for path in SOURCES:
        room = room_of(path)
        if room == "__init__":
            continue
        floor = FLOOR_OF[room]
        for module, _ in imports_of(path):
            head, _, rest = module.partition(".")
            other = rest.split(".")[0]
            if head != "oelala" or other not in FLOOR_OF or other == room:
                continue
            allowed = ONLY.get(floor, {}).get(room)
            if FLOOR_OF[other] == 0:
                continue
            if (allowed is not None and other not in allowed) or FLOOR_OF[other] > floor or other == "mini":
                faults.append(f"{path.relative_to(PROJECT)}: {module}")
    assert faults == []


def test_heavy_packages_stay_in_their_rooms() -> None:
    faults = []
    for path in SOURCES:
        for module, top in imports_of(path):
            package = module.split(".")[0]
            rooms = HEAVY.get(package)
            if rooms is None:
                continue
            if room_of(path) not in rooms or (package in LATE and top):
                faults.append(f"{path.relative_to(PROJECT)}: {module}")
    assert faults == []


def modules_after(statement: str) -> set[str]:
    code = f"import sys, json\n{statement}\nprint(json.dumps(sorted(m.split('.')[0] for m in sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return set(json.loads(run.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    ("statement", "forbidden"),
    [
        ("import app, oelala.__main__", {"torch", "diffusers", "gradio", "cv2", "mediapipe"}),
        ("import oelala.studio; oelala.studio.Studio", {"torch", "diffusers", "transformers", "gradio"}),
        ("import oelala.ui.page, oelala.ui.server", {"torch", "diffusers", "transformers"}),
        ("import oelala.models.catalog, oelala.models.machine", {"torch", "diffusers", "transformers"}),
        ("import oelala.models.download", {"torch", "diffusers", "transformers", "huggingface_hub"}),
        ("import oelala.models.planning, oelala.models.recognise", {"torch", "diffusers", "transformers"}),
        ("import oelala.jobs.worker, oelala.jobs.supervisor", {"torch", "diffusers", "gradio"}),
        ("import oelala.engines.text_to_video", {"gradio"}),
    ],
)
def test_heavy_packages_arrive_late(statement: str, forbidden: set[str]) -> None:
    assert modules_after(statement) & forbidden == set()


def test_every_task_has_all_its_rows() -> None:
    from oelala.library.presets import shipped_presets
    from oelala.ui.page import TABS

    preset_kinds = {preset.kind for preset in shipped_presets()}
    for kind in KINDS:
        name = kind.task.kind.replace("-", "_")
        assert callable(import_module(kind.engine).run)
        if kind.task.internal:
            continue
        assert f"oelala.ui.tabs.{name}" in TABS
        assert kind.task.kind in preset_kinds
        assert (PROJECT / "tests" / "engines" / f"test_{name}.py").exists()


def test_every_task_file_is_in_the_table() -> None:
    known = {kind.task.__module__ for kind in KINDS}
    files = {f"oelala.tasks.{path.stem}" for path in (PROJECT / "oelala" / "tasks").glob("*.py")}
    assert (
        files
        - {
            "oelala.tasks.__init__",
            "oelala.tasks.base",
            "oelala.tasks.faults",
            "oelala.tasks.job",
            "oelala.tasks.video",
        }
        == known
    )


def test_every_preset_loads() -> None:
    from oelala.library.presets import shipped_presets

    tasks = {kind.task.kind: kind.task for kind in KINDS}
    presets = shipped_presets()
    assert presets
    for preset in presets:
        needed = {"prompt": "a person waves", "image": "a.png", "motion": "wave"}
        known = {name: value for name, value in needed.items() if name in tasks[preset.kind].model_fields}
        tasks[preset.kind](**{**known, **preset.values})


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_texts_say_the_same_in_every_language() -> None:
    for key, text in all_texts().items():
        languages = [getattr(text, language) for language in LANGUAGES]
        assert all(part.strip() for part in languages), key
        assert placeholders(languages[0]) == placeholders(languages[1]), key


def test_every_error_code_has_its_texts() -> None:
    texts = all_texts()
    pattern = re.compile(r"(?:OelalaError|InvalidTask|ModelMissing|OutOfMemory|Problem)\(\s*\"([a-z-]+)\"")
    used = {
        code
        for path in [*SOURCES, PROJECT / "app.py"]
        for code in pattern.findall(path.read_text(encoding="utf-8"))
    }
    assert used, "the pattern finds nothing any more"
    missing = {key for code in used for key in (f"error.{code}", f"error.{code}.hint") if key not in texts}
    assert missing == set()


def test_every_text_module_is_read() -> None:
    files = {path.stem for path in (PROJECT / "oelala" / "texts").glob("*.py")} - {"__init__", "text"}
    assert files == set(MODULES)


FORBIDDEN = {
    r"\bpickle\b": "pickle",
    r"torch\.load\(": "torch.load",
    r"shell=True": "shell",
    r"trust_remote_code=True": "remote code",
    r"extractall\(": "unchecked archives",
    r"unittest[.]mock|monkeypatch[.]setattr": "patches in tests",
}


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_no_dangerous_calls(pattern: str) -> None:
    own = Path(__file__).resolve()
    hits = [
        f"{path.relative_to(PROJECT)}:{number}"
        for path in [*SOURCES, *TESTS, PROJECT / "app.py"]
        if path.resolve() != own
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(pattern, line.split("#")[0]) and not line.lstrip().startswith(('"""', "*"))
    ]
    assert hits == [], FORBIDDEN[pattern]


def test_top_level_is_tidy() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    top = {line.split("/")[0] for line in listed.stdout.splitlines()}
    fixed = {"app.py", "oelala", "presets", "loras", "outputs", "tests", "requirements.txt", "README.md"}
    beside = {"launch.bat", "launch.sh", "LICENSE", "pyproject.toml", "Dockerfile", "benchmarks"}
    assert {name for name in top if not name.startswith(".")} <= fixed | beside


def test_ruff_is_content() -> None:
    for command in (["check", "--quiet"], ["format", "--check", "--quiet"]):
        run = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "oelala", "tests", "app.py", "benchmarks"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout + run.stderr


def test_types_check() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
