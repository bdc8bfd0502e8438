"""A process that downloads, to be killed: `python -m tests.models.download.child ADDRESS FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from oelala.models.download import DownloadRequest, Patience, download_model
from oelala.progress import CancelToken
from oelala.settings import Settings
from tests.models.download.conftest import SMALL


def main() -> None:
    address, folder = sys.argv[1], Path(sys.argv[2])
    settings = Settings(models=folder, hub_endpoint=address, hub_token_file=folder / "token")
    print("started", flush=True)
    download_model(DownloadRequest(SMALL, settings, CancelToken(), patience=Patience(pause=0.01)))
    print("done", flush=True)


if __name__ == "__main__":
    main()
