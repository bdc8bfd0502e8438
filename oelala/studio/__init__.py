"""The studio: what the page and the command line can ask for. `studio.py` puts the verbs together."""

from oelala.kinds import KINDS
from oelala.library.avatar import Avatar
from oelala.library.avatars import DamagedAvatar
from oelala.media.faults import human_bytes
from oelala.media.poses.request import PoseRequest
from oelala.models.catalog import DetectorStatus, ModelStatus, SpeedStatus
from oelala.studio.studio import Studio

__all__ = [
    "KINDS",
    "Avatar",
    "DamagedAvatar",
    "DetectorStatus",
    "ModelStatus",
    "PoseRequest",
    "SpeedStatus",
    "Studio",
    "human_bytes",
]
