"""Jobs, outputs and faults as the small JSON values that the live panels draw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from oelala.errors import InvalidTask, OelalaError
from oelala.tasks.download import Download
from oelala.tasks.draw_motion import DrawMotion
from oelala.tasks.job import Cancelled, Done, Failed, Job, Queued, Running, State
from oelala.tasks.read_motion import ReadMotion
from oelala.tasks.verify import Verify
from oelala.texts import Language, explain, meanwhile, say

if TYPE_CHECKING:
    from pathlib import Path

    from oelala.library.outputs import Output

OUTPUTS = "outputs/"
TITLE_LENGTH = 160
# Faults that are no fault of a task, and yet belong to a field.
FIELDS = dict.fromkeys(
    ("model-missing", "model-broken", "own-incomplete", "embedded-missing", "unknown-model"), "model"
)
FIELDS |= {"speed-missing": "speed"}
# Details of a finished job that its row has a sentence for: it ran out of memory, its weights were rounded,
# it was decoded in fewer frames at a time.
NOTED = ("leaner", "int8", "chunk")
# Kinds of work that are followed where they were asked for, and not in the queue.
SHOWN_AT_ITS_FIELD = frozenset({ReadMotion.kind, DrawMotion.kind, Verify.kind})
# Faults of a download that an access token of the hub mends.
NEEDS_TOKEN = ("gated-model", "token-refused")
# Of a task, what a panel shows beside the title.
FACTS = ("model", "width", "height", "num_frames", "num_inference_steps", "seed")


def job_view(job: Job, language: Language, titles: Mapping[str, str], title: str) -> dict[str, Any]:
    """One row of the queue; `output` is the address of the finished clip.

    `titles`: the names of models by id; `title`: of the clip.
    """
    return {
        "id": job.id,
        "kind": job.kind,
        "title": _download_title(job, language, titles) or title[:TITLE_LENGTH],
        "facts": _facts(job, titles),
        "created": round(job.created, 2),
        "attempt": job.attempt,
        "state": job.state.name,
        **_state_view(job.state, language),
    }


def _facts(job: Job, titles: Mapping[str, str]) -> dict[str, Any]:
    facts = {name: job.task[name] for name in FACTS if job.task.get(name) is not None}
    title = titles.get(str(facts.get("model")))
    return facts if title is None else {**facts, "model_title": title}


def _state_view(state: State, language: Language) -> dict[str, Any]:
    match state:
        case Queued():
            return {}
        case Running(started, progress, cancelling):
            at = {"phase": progress.phase, "step": progress.step, "total": progress.total}
            return {"started": started, "cancelling": cancelling, "preview": progress.preview, **at}
        case Done(started, finished, result):
            told = {name: True for name in NOTED if result.details.get(name)}
            made = {"output": _address(result.output), **told}
            return {"started": started, "finished": finished, **made}
        case Failed(started, finished, code, values):
            return {"started": started, "finished": finished, **fault_view(code, values, language)}
        case Cancelled(started, finished):
            return {"started": started, "finished": finished}


def _address(output: str | None) -> str | None:
    """Below /oelala/outputs; None for a result that is no file of the outputs folder."""
    return output.removeprefix(OUTPUTS) if output and output.startswith(OUTPUTS) else None


def output_view(output: Output, folder: Path) -> dict[str, Any]:
    """One clip of the gallery; `folder` is the workspace's outputs."""
    return {
        "output": output.path.relative_to(folder).as_posix(),
        "poster": output.poster.relative_to(folder).as_posix(),
        "title": output.title[:TITLE_LENGTH],
        "created": round(output.created, 2),
        "job": output.job,
    }


def _download_title(job: Job, language: Language, titles: Mapping[str, str]) -> str:
    if job.kind != Download.kind:
        return ""
    model = str(job.task["model"])
    return say("page.download.title", language, model=titles.get(model, model))


def fault_view(code: str, values: Mapping[str, Any], language: Language) -> dict[str, str]:
    message, hint = explain(code, values, language)
    if code == "model-missing":
        # The command line names a command; the page has the size and a button beside it.
        message = say("page.model-missing", language, model=values.get("model", "–"))
        hint = f"{say('page.model-missing.hint', language)} {meanwhile(values, language)}".strip()
    if code in NEEDS_TOKEN:
        # The page has a field for the token; these are the two places to go to first.
        page = str(values.get("page", ""))
        hint, tokens = say(f"page.{code}.hint", language), urljoin(page, "/settings/tokens")
        return {"code": code, "message": message, "hint": hint, "page": page, "tokens": tokens}
    if code == "speed-missing":
        message = say("page.speed-missing", language, lora=values.get("lora", "–"))
        hint = say("page.speed-missing.hint", language)
    return {"code": code, "message": message, "hint": hint}


def error_view(fault: OelalaError, language: Language) -> dict[str, Any]:
    field = fault.field if isinstance(fault, InvalidTask) else FIELDS.get(fault.code)
    return {**fault_view(fault.code, fault.values, language), **({"field": field} if field else {})}
