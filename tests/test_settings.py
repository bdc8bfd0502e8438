"""Flags win over variables, variables over defaults, and a wrong wish is told at once."""

from __future__ import annotations

import argparse
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import pytest

from oelala.errors import OelalaError
from oelala.settings import (
    PROJECT,
    Settings,
    add_common_flags,
    add_studio_flags,
    prepare_environment,
    read_language,
    read_settings,
)


def read(*flags: str, **environ: str) -> Settings:
    parser = argparse.ArgumentParser()
    add_studio_flags(parser)
    return read_settings(parser.parse_args(flags), environ)


def test_defaults_are_private_and_local() -> None:
    settings = read()
    assert (settings.workspace, settings.host, settings.port) == (PROJECT, "127.0.0.1", None)
    assert not settings.reachable_by_others
    assert settings.open_browser
    assert settings.language == "en"


def test_flags_win_over_variables(tmp_path: Path) -> None:
    environ = {"OELALA_PORT": "8000", "OELALA_LANGUAGE": "nl", "OELALA_WORKSPACE": str(tmp_path)}
    assert read(**environ).port == 8000
    settings = read("--port", "9000", **environ)
    assert (settings.port, settings.language, settings.workspace) == (9000, "nl", tmp_path)


def test_nothing_is_started_before_its_time_if_so_wished() -> None:
    assert not read().lazy
    assert read("--lazy").lazy
    assert read(OELALA_LAZY="1").lazy


def test_language_falls_back_to_the_systems() -> None:
    assert read(LANG="nl_NL.UTF-8").language == "nl"
    assert read(LANG="de_DE.UTF-8").language == "en"
    assert read(LANG="nl_NL.UTF-8", OELALA_LANGUAGE="en").language == "en"


def test_what_is_wrong_is_said_in_the_users_language() -> None:
    parser = argparse.ArgumentParser()
    add_studio_flags(parser)
    assert read_language(parser.parse_args([]), {"OELALA_LANGUAGE": "nl", "OELALA_PORT": "abc"}) == "nl"
    assert read_language(parser.parse_args(["--language", "en"]), {"OELALA_LANGUAGE": "nl"}) == "en"
    assert read_language(parser.parse_args([]), {"OELALA_LANGUAGE": "fr", "LANG": "nl_BE.UTF-8"}) == "nl"
    assert read_language(parser.parse_args([]), {"LC_MESSAGES": "nl_NL.UTF-8", "LANG": "en_US.UTF-8"}) == "nl"


def test_a_command_without_a_page_needs_nothing_of_the_page() -> None:
    parser = argparse.ArgumentParser()
    add_common_flags(parser)
    environ = {"OELALA_HOST": "0.0.0.0", "OELALA_PORT": "abc", "OELALA_PASSWORD_FILE": "nowhere"}  # noqa: S104
    settings = read_settings(parser.parse_args(["--language", "nl"]), environ)
    assert (settings.language, settings.host, settings.port) == ("nl", "127.0.0.1", None)


def test_a_password_stays_out_of_the_log() -> None:
    assert "sesame" not in repr(read(OELALA_PASSWORD="open sesame", HF_TOKEN="hf_sesame"))


@pytest.mark.parametrize("port", ["0", "65536", "-1", "abc", "1e3", "٣"])
def test_a_port_must_be_one(port: str) -> None:
    with pytest.raises(OelalaError) as fault:
        read(OELALA_PORT=port)
    assert fault.value.code == "bad-settings"


@pytest.mark.parametrize("flags", [("--share",), ("--host", "0.0.0.0"), ("--host", "192.168.1.2")])  # noqa: S104
def test_others_need_a_password(flags: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(OelalaError) as fault:
        read(*flags)
    assert fault.value.code == "password-needed"
    file = tmp_path / "password"
    file.write_text("a long sentence\n")
    assert read(*flags, "--password-file", str(file)).password == "a long sentence"
    assert read(*flags, OELALA_PASSWORD="x").password == "x"


def test_an_empty_password_file_is_no_password(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    for file in ("empty", "missing"):
        with pytest.raises(OelalaError) as fault:
            read("--password-file", str(tmp_path / file))
        assert fault.value.code == "bad-settings"


def test_models_are_where_the_hub_keeps_them(tmp_path: Path) -> None:
    assert read(OELALA_MODELS=str(tmp_path)).models == tmp_path
    assert read(HF_HUB_CACHE=str(tmp_path)).models == tmp_path
    assert read(HF_HOME=str(tmp_path)).models == tmp_path / "hub"


def test_settings_travel_to_the_workers() -> None:
    settings = read("--port", "9000")
    assert ForkingPickler.loads(ForkingPickler.dumps(settings)) == settings


def test_remote_code_and_telemetry_are_off() -> None:
    environ: dict[str, str] = {}
    prepare_environment(environ)
    assert environ["DIFFUSERS_DISABLE_REMOTE_CODE"] == "1"
    assert environ["HF_HUB_DISABLE_TELEMETRY"] == "1"
    assert environ["GRADIO_ANALYTICS_ENABLED"] == "False"
