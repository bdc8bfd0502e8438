"""`models`: what the studio can run; fetch a model, check it, let it go."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import asdict
from getpass import getpass
from pathlib import Path
from typing import Any

from oelala.errors import OelalaError
from oelala.progress import CancelToken
from oelala.settings import Settings
from oelala.studio import DetectorStatus, ModelStatus, SpeedStatus, Studio, human_bytes
from oelala.tasks.job import Done
from oelala.terminal.bar import Bar, check_line
from oelala.terminal.console import CANCELLED, DONE, FAILED, Console
from oelala.terminal.outcome import tell_unfinished
from oelala.terminal.watch import run_and_watch
from oelala.texts import no_use_yet

HELP = "list the models, with what is on this computer and what fits; download, add, verify or remove one"
REDRAW = 0.1  # seconds


def add_flags(parser: argparse.ArgumentParser) -> None:
    actions = ("list", "add", "login", "download", *_ACTIONS)
    parser.add_argument("action", nargs="?", choices=actions, default="list")
    parser.add_argument(
        "id",
        nargs="*",
        help="The model's id. For add: a folder, a .safetensors or .gguf file, or org/name on the hub.",
    )
    about = "Download or add also a model that this version has no use for yet."
    parser.add_argument("--anyway", action="store_true", help=about)
    parser.add_argument("--json", action="store_true")


def run(flags: argparse.Namespace, settings: Settings, console: Console) -> int:
    studio = Studio(settings)
    if flags.action == "list":
        return _list(studio, console)
    if flags.action == "login":
        return _login(studio, console)
    if not flags.id:
        name = "PATH" if flags.action == "add" else "ID"
        raise OelalaError("missing-argument", command=f"models {flags.action}", name=name)
    if flags.action == "add":
        return _add(studio, flags, console)
    if len(flags.id) > 1:
        raise OelalaError("one-at-a-time", command=f"models {flags.action}")
    if flags.action == "download":
        return _download(studio, flags, console)
    return _ACTIONS[flags.action](studio, flags.id[0], console)


def _add(studio: Studio, flags: argparse.Namespace, console: Console) -> int:
    """Prints the id that the model has from now on."""
    added = studio.add_model(flags.id, anyway=flags.anyway)
    if console.as_json:
        console.json(_describe(added, console))
        return DONE
    console.result(added.id)
    console.note("terminal.added", model=added.title, base=added.base or "–")
    if not added.on_disk:
        console.note("terminal.added.incomplete", model=added.id)
    return DONE


def _login(studio: Studio, console: Console) -> int:
    """The token is typed unseen, or comes through a pipe: others can see the command line."""
    if sys.stdin.isatty():
        token = getpass(f"{console.say('terminal.token')} ", stream=sys.stderr)
    else:
        token = sys.stdin.readline()
    studio.keep_token(token)
    console.note("terminal.token.kept" if token.strip() else "terminal.token.forgotten")
    return DONE


def _list(studio: Studio, console: Console) -> int:
    statuses = studio.models()
    if console.as_json:
        models = [_describe(status, console) for status in statuses]
        console.json(models + [_describe_detector(one, console) for one in studio.detectors_to_get()])
        return DONE
    width = max((len(status.id) for status in statuses), default=0)
    for status in statuses:
        here = console.say("terminal.here" if status.on_disk else "terminal.not-here")
        key, values = status.verdict
        fits = console.say(key, **values)
        if status.instead is not None:
            fits = f"{fits}; {console.say('terminal.fits.instead', id=status.instead.id)}"
        fits = fits if status.usable else no_use_yet(status.tasks, console.language)
        most = " " if status.bytes_exact else "≤"
        console.result(f"{status.id:<{width}} {most}{status.bytes / 1e9:>7.2f} GB  {here:<22} {fits}")
    for lora in studio.speeds():
        here = console.say("terminal.here" if lora.on_disk else "terminal.not-here")
        what = console.say("terminal.lora", steps=lora.values["num_inference_steps"])
        what += f", {no_use_yet(lora.waits_for, console.language)}" if lora.waits_for else ""
        console.result(f"{lora.id:<{width}}  {lora.bytes / 1e9:>7.2f} GB  {here:<22} {what}")
    for one in studio.detectors_to_get():
        here = console.say("terminal.here" if one.on_disk else "terminal.not-here")
        what = console.say("terminal.detector", id=one.id)
        console.result(f"{one.id:<{width}}  {one.bytes / 1e9:>7.2f} GB  {here:<22} {what}")
    return DONE


def _describe(status: ModelStatus, console: Console) -> dict[str, Any]:
    """One model as the contract's JSON: `why` is a sentence."""
    values = asdict(status)
    del values["why_values"]
    return values | {"why": " ".join(console.say(key, **about) for key, about in status.reasons)}


def _describe_detector(one: DetectorStatus, console: Console) -> dict[str, Any]:
    """With the keys that every model has, and `packages`: what pip would be asked for. It makes nothing by
    itself, and runs on any computer."""
    status = ModelStatus(
        id=one.id,
        title=one.title,
        family=one.family,
        repo=one.repo,
        revision=one.revision,
        licence=one.licence,
        tasks=(),
        sizes={},
        on_disk=one.on_disk,
        bytes=one.bytes,
        fits="yes",
        why="terminal.detector",
        why_values={"id": one.id},
        missing_bytes=one.missing_bytes,
        sources=(one.repo,) if one.missing_bytes else (),
    )
    return _describe(status, console) | {"packages": one.packages}


def _download(studio: Studio, flags: argparse.Namespace, console: Console) -> int:
    """A job like any other: with a studio open it appears there, and goes on when this program ends."""
    (model,) = flags.id
    folder, job = studio.model_folder(model), None
    fetched, seconds = 0, 0.0
    if folder is None:
        queued = studio.download(model, anyway=flags.anyway, installs=True)
        _tell_download(studio, model, console)
        (job,) = run_and_watch(studio, [queued], console)
        if not isinstance(job.state, Done):
            code = tell_unfinished(job, console)
            if code == CANCELLED:
                console.note("terminal.download-kept", model=model)
            return code
        details = job.state.result.details
        folder, fetched = Path(details["folder"]), details["bytes"]
        seconds = round(job.state.finished - job.state.started, 3)
    if console.as_json:
        told = {"state": "done", "job": job and job.id, "model": model, "folder": str(folder)}
        console.json({**told, "bytes": fetched, "seconds": seconds})
    else:
        console.result(str(folder))
    return DONE


def _tell_download(studio: Studio, model: str, console: Console) -> None:
    """How much comes from where, and whether it fits here, before it comes."""
    status = studio.model(model)
    if status is None:
        _tell_companion(studio, model, console)
        return
    most = "" if status.missing_exact else "≤ "
    about = {"size": f"{most}{human_bytes(status.missing_bytes)}", "source": ", ".join(status.sources)}
    console.note("terminal.download", model=status.title, licence=status.licence, **about)
    for key, values in status.reasons:
        console.note(key, **values)
    if (preview := status.preview) is not None and not preview.on_disk:
        about = {
            "size": f"≤ {human_bytes(preview.bytes)}",
            "source": preview.repo,
            "licence": preview.licence,
        }
        console.note("form.model.missing.preview", **about)


def _tell_companion(studio: Studio, model: str, console: Console) -> None:
    """Of what is no model: a LoRA of few steps, a detector."""
    companions: list[SpeedStatus | DetectorStatus] = [*studio.speeds(), *studio.detectors_to_get()]
    for one in companions:
        if one.id == model:
            about = {"size": human_bytes(one.missing_bytes), "source": one.repo, "licence": one.licence}
            console.note("terminal.download", model=one.title, **about)
            if isinstance(one, DetectorStatus) and one.packages:
                console.note("terminal.packages", packages=", ".join(one.packages))


def _verify(studio: Studio, model: str, console: Console) -> int:
    drawn = 0.0
    with Bar(console.language, shown=sys.stderr.isatty()) as bar:

        def report(done: int, total: int) -> None:
            nonlocal drawn
            if time.monotonic() - drawn >= REDRAW:
                drawn = time.monotonic()
                bar.draw(check_line(done, total, console.language))

        found = studio.verify_model(model, report, CancelToken())
    bad = (*found.damaged, *found.missing)
    if console.as_json:
        console.json({"model": model, "sound": found.sound, **asdict(found)})
    elif found.sound:
        console.result(console.say("terminal.sound", files=found.files, size=human_bytes(found.bytes)))
    for name in () if console.as_json else bad:
        console.result(name)
    if found.unknown:
        console.note("terminal.unknown-files", count=len(found.unknown))
    if not found.sound and (own := studio.own_place(model)) is not None:
        console.note("terminal.unsound.own", count=len(bad), model=model, path=own)
    elif not found.sound:
        console.note("terminal.unsound", count=len(bad), model=model)
    return DONE if found.sound else FAILED


def _remove(studio: Studio, model: str, console: Console) -> int:
    removed = studio.remove_model(model)
    if console.as_json:
        console.json({"model": model, **asdict(removed)})
        return DONE
    console.result(console.say("terminal.freed", size=human_bytes(removed.freed)))
    if removed.kept:
        parts, models = ", ".join(removed.kept), ", ".join(removed.needed_by)
        console.note("terminal.shared-stays", parts=parts, models=models)
    return DONE


_ACTIONS = {"verify": _verify, "remove": _remove}
