"""What the page tells of a model at its field: its name, how to get it, how it fits this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oelala.studio import human_bytes
from oelala.texts import all_texts
from oelala.ui.i18n import Say

if TYPE_CHECKING:
    from oelala.models.catalog import ModelStatus

PROJECT_FOLDER = "oelala/"


def label(model: ModelStatus, text: Say) -> str:
    return model.title if model.on_disk else text("form.model.missing", model=model.title)


def note(model: ModelStatus, text: Say) -> str:
    """A sentence or two under the model. `text` may only mark them, so they are never put into each other."""
    fits = " ".join(text(key, **values) for key, values in model.reasons)
    if model.on_disk:
        return fits
    if _ships(model):
        return f"{text('error.embedded-missing')} {text('error.embedded-missing.hint')}"
    if _lacks_own(model):
        return f"{text('form.model.missing.own')} {fits}"
    return f"{_download(model, text)} {fits}"


def _download(model: ModelStatus, text: Say) -> str:
    """How much comes from where, before anyone presses Download."""
    about = {"size": size_of(model), "source": ", ".join(model.sources), "licence": model.licence}
    own, preview = text("form.model.missing.help", **about), model.preview
    if preview is None or preview.on_disk:
        return own
    about = {"size": f"≤ {human_bytes(preview.bytes)}", "source": preview.repo, "licence": preview.licence}
    return f"{own} {text('form.model.missing.preview', **about)}"


def prompt_help(model: ModelStatus) -> str:
    """The key of the line at the prompt: a model that knows only a part of the world says which."""
    own = f"model.{model.id}.knows"
    return own if own in all_texts() else "field.prompt.help"


def model_view(model: ModelStatus) -> dict[str, Any]:
    """What the scripts need to offer the model's download where that helps."""
    offered = not model.on_disk and not _ships(model) and not _lacks_own(model)
    # to look after: what is here, or begun; of what comes with the project nothing can go
    kept = not _ships(model) and (model.on_disk or model.missing_bytes < model.bytes)
    return {"id": model.id, "offered": offered, "size": size_of(model), "kept": kept}


def size_of(model: ModelStatus) -> str:
    """Of what a download still brings: of some repositories only an upper bound is known."""
    return f"{'' if model.missing_exact else '≤ '}{human_bytes(model.missing_bytes)}"


def _lacks_own(model: ModelStatus) -> bool:
    """What is missing lies with the user: there is nothing that a download would bring."""
    return model.added and not model.on_disk and not model.sources


def _ships(model: ModelStatus) -> bool:
    """The repository of a model that comes with the project is its place there: no hub has it."""
    return model.repo.startswith(PROJECT_FOLDER)
