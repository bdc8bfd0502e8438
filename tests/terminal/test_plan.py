"""`plan`: asked and answered without a clip."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oelala.terminal.main import main
from oelala.texts import LANGUAGES

Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def plan(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.setenv("OELALA_MODELS", str(tmp_path / "hub"))
    monkeypatch.setenv("OELALA_WORKSPACE", str(tmp_path / "workspace"))

    def ask(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["plan", *arguments])
        return (code, *capsys.readouterr())

    return ask


def test_the_embedded_model_fits_everywhere(plan: Ask) -> None:
    for language in LANGUAGES:
        code, out, err = plan("text-to-video", "--language", language)
        assert (code, err) == (0, "")
        assert out.startswith({"en": "Fits: ", "nl": "Past: "}[language])
        assert "{" not in out


def test_json_tells_everything(plan: Ask) -> None:
    code, out, _ = plan("text-to-video", "--model", "wan2.2-t2v-a14b", "--json")
    told = json.loads(out)
    assert code == (0 if told["fits"] else 1)
    assert told["model"] == "wan2.2-t2v-a14b"
    assert told["missing_bytes"] > 10**11
    assert told["placements"].keys() == {"text_encoder", "vae", "transformer", "transformer_2"}
    assert "126 GB" in told["why"]


def test_more_pixels_ask_for_more(plan: Ask) -> None:
    def need(*arguments: str) -> int:
        told = json.loads(plan("text-to-video", *arguments, "--json")[1])
        return max(told["peak_vram"], told["peak_ram"])

    assert need("--width", "512", "--height", "512") > need("--width", "256", "--height", "256")
    assert need("--preset", "mini-draft") <= need("--preset", "mini-best")


def test_other_kinds_need_no_picture(plan: Ask) -> None:
    code, out, _ = plan("image-to-video", "--model", "svd-xt", "--json")
    assert json.loads(out)["model"] == "svd-xt"
    assert code in (0, 1)


@pytest.mark.parametrize(
    ("kind", "model", "flags"),
    [
        # the film stays behind whoever is put into it, and the mask
        ("pose-transfer", "wan2.2-animate-14b", ("--mode", "replace")),
        # both clips are joined
        ("image-to-video", "wan2.2-i2v-a14b", ("--extend", "before.mp4")),
        # both branches of guidance at once
        ("image-to-video", "svd", ("--max-guidance-scale", "3")),
        ("image-to-video", "svd", ("--decode-chunk-size", "14")),
    ],
)
def test_what_is_held_beside_the_clip_is_asked_for(
    plan: Ask, kind: str, model: str, flags: tuple[str, ...]
) -> None:
    lean = ("--max-guidance-scale", "1", "--decode-chunk-size", "1") if model == "svd" else ()

    def told(*arguments: str) -> dict[str, Any]:
        code, out, err = plan(kind, "--model", model, *lean, *arguments, "--json")
        assert (code in (0, 1), err) == (True, "")
        return dict(json.loads(out))

    before, after = told(), told(*flags)
    grown = after["peak_ram"] + after["peak_vram"] - before["peak_ram"] - before["peak_vram"]
    if flags[0] == "--decode-chunk-size":
        assert (before["wished_chunk"], after["wished_chunk"]) == (1, 14)
    elif flags[0] == "--max-guidance-scale" and after["device"] == "cpu":
        assert grown > 10**9, "the UNet has both on it"
    else:
        assert grown > 10**8


def test_a_last_picture_may_need_another_model(plan: Ask) -> None:
    asked = ("image-to-video", "--model", "oelala-mini", "--json")
    assert json.loads(plan(*asked)[1])["model"] == "oelala-mini"
    assert json.loads(plan(*asked, "--last-image", "end.png")[1])["model"] == "oelala-mini-pose"


def test_a_motion_is_taken_and_not_opened(plan: Ask) -> None:
    code, out, _ = plan("pose-transfer", "--motion", "nowhere.mp4", "--mode", "animate", "--json")
    assert (code, json.loads(out)["model"]) == (0, "oelala-mini-pose")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["text-to-video", "--model", "nobody"], "unknown-model"),
        (["text-to-video", "--model", "svd"], "cannot-do"),
        (["text-to-video", "--num-frames", "many"], "not-a-number"),
        (["text-to-video", "--preset", "nobody"], "unknown-preset"),
    ],
)
def test_wrong_words(plan: Ask, arguments: list[str], code: str) -> None:
    exit_code, out, _ = plan(*arguments, "--json")
    assert (exit_code, json.loads(out)["code"]) == (2, code)
