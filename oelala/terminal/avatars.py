"""`avatars`: the characters of the workspace; make one, give it more pictures, let it go."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from oelala.errors import OelalaError
from oelala.settings import Settings
from oelala.studio import Avatar, DamagedAvatar, Studio
from oelala.terminal.console import DONE, Console

HELP = "list the avatars; make one of pictures, give one more of them, or remove one"


def add_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", choices=("list", "add", "remove"), default="list")
    parser.add_argument("name", nargs="?")
    parser.add_argument("pictures", nargs="*", type=Path, metavar="PICTURE", help="The best first.")
    about = "For a new one: it is you, a person who agreed, or invented."
    parser.add_argument("--consent", action="store_true", help=about)
    about = "For a new one: who it is, as in a prompt, like “a woman in a red coat”."
    parser.add_argument("--description", metavar="TEXT", default="", help=about)
    about = "For a new one: the word that its LoRA will listen to."
    parser.add_argument("--trigger-word", metavar="WORD", default="", help=about)
    parser.add_argument("--json", action="store_true")


def run(flags: argparse.Namespace, settings: Settings, console: Console) -> int:
    studio = Studio(settings)
    if flags.action == "list":
        return _list(studio, console)
    if flags.name is None:
        raise OelalaError("missing-argument", command=f"avatars {flags.action}", name="NAME")
    if flags.action == "add":
        return _add(studio, flags, console)
    return _remove(studio, flags, console)


def _list(studio: Studio, console: Console) -> int:
    found = studio.avatars()
    if console.as_json:
        console.json([_describe(one, console) for one in found])
        return DONE
    for one in found:
        if isinstance(one, DamagedAvatar):
            console.say_aside(" ".join(console.explain(one.fault)))
        else:
            count = console.say("terminal.avatar.pictures", count=len(one.pictures))
            console.result(f"{one.name}  {count}  {one.document.description}".rstrip())
    return DONE


def _add(studio: Studio, flags: argparse.Namespace, console: Console) -> int:
    """Prints the name that it has from now on."""
    if not flags.pictures:
        raise OelalaError("missing-argument", command=f"avatars add {flags.name}", name="PICTURE")
    pictures = [path.expanduser() for path in flags.pictures]
    about = {"description": flags.description, "trigger_word": flags.trigger_word}
    if studio.has_avatar(flags.name):
        if flags.description or flags.trigger_word:
            raise OelalaError("avatar-exists", name=flags.name)
        avatar = studio.add_references(flags.name, pictures)
    else:
        avatar = studio.create_avatar(flags.name, pictures, consent=flags.consent, **about)
    if console.as_json:
        console.json(_describe(avatar, console))
    else:
        console.result(avatar.name)
    return DONE


def _remove(studio: Studio, flags: argparse.Namespace, console: Console) -> int:
    """Prints where it lies now."""
    if flags.pictures:
        raise OelalaError("one-at-a-time", command="avatars remove")
    place = studio.remove_avatar(flags.name)
    if console.as_json:
        console.json({"name": place.name, "path": str(place)})
        return DONE
    console.result(str(place))
    where = {"folder": str(studio.workspace.avatars / place.name), "inputs": str(studio.workspace.inputs)}
    console.note("terminal.avatar.removed", name=place.name, **where)
    return DONE


def _describe(avatar: Avatar | DamagedAvatar, console: Console) -> dict[str, Any]:
    """`damaged`: what is wrong, or None; then nothing else is known but the name."""
    if isinstance(avatar, DamagedAvatar):
        message, hint = console.explain(avatar.fault)
        return {
            "name": avatar.name,
            "damaged": {"code": avatar.fault.code, "message": message, "hint": hint},
        }
    document = avatar.document
    return {
        "name": avatar.name,
        "description": document.description,
        "trigger_word": document.trigger_word,
        "consent": document.consent.model_dump(mode="json", include={"affirmed", "on"}),
        "references": [str(path) for path in avatar.pictures],
        "created": document.created,
        "changed": document.changed,
        "damaged": None,
    }
