"""A clip from a sentence, with diffusers' WanPipeline."""

from __future__ import annotations

from oelala.engines.sampling import ClipRequest, Sampling, make_clip, sample_wan
from oelala.library.workspace import Workspace
from oelala.models.manager import ModelManager, ModelSpec
from oelala.progress import RunContext
from oelala.tasks.job import JobResult
from oelala.tasks.text_to_video import TextToVideo


def run(task: TextToVideo, models: ModelManager, context: RunContext, workspace: Workspace) -> JobResult:
    """Raises as `make_clip` does."""
    request = ClipRequest(Sampling(task), ModelSpec(task.model), sample_wan)
    return make_clip(request, models, context, workspace)
