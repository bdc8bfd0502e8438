"""What most tests of engines need: a workspace of their own, and a manager of a module's models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from oelala.library.workspace import Workspace
from oelala.models.manager import ModelManager
from oelala.settings import Settings
from tests.models.tiny import tiny

__all__ = ["tiny"]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path / "workspace")
    workspace.prepare()
    return workspace


@pytest.fixture(scope="module")
def manager(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelManager]:
    """On a processor, for the `models` of a test module."""
    settings = Settings(workspace=tmp_path_factory.mktemp("workspace"), models=models)
    manager = ModelManager(settings, torch.device("cpu"))
    yield manager
    manager.empty()
