"""Bringing models to this disk, checking them and letting them go. Imports no torch."""

from oelala.models.download.model import Downloaded, DownloadRequest, download_model
from oelala.models.download.packages import install_packages
from oelala.models.download.remove import Removed, remove_model
from oelala.models.download.retry import Patience
from oelala.models.download.token import keep_token
from oelala.models.download.verify import Verification, verify_model

__all__ = [
    "DownloadRequest",
    "Downloaded",
    "Patience",
    "Removed",
    "Verification",
    "download_model",
    "install_packages",
    "keep_token",
    "remove_model",
    "verify_model",
]
