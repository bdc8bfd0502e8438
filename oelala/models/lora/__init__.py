"""LoRA files, read whatever wrote them, and lent beside a model's weights."""

from oelala.models.lora.attach import attached
from oelala.models.lora.bind import AttachRequest
from oelala.models.lora.speed import LentLora, scheduler_for, speed_lent
from oelala.models.lora.weights import LoraWeights, lora_of, read_lora

__all__ = [
    "AttachRequest",
    "LentLora",
    "LoraWeights",
    "attached",
    "lora_of",
    "read_lora",
    "scheduler_for",
    "speed_lent",
]
