"""What a caption says, asked of the text encoder while it learns: small heads that are thrown away after.

Pictures alone teach a fresh text encoder slowly which colour belongs to which garment. A question for each
part ("which colour has the top?") teaches it in seconds, and leaves the answer where the denoiser reads.
"""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from oelala.mini.recipe.answers import NONE, QUESTIONS


class TextHeads(nn.Module):
    """One query a question over the features of a caption, and its answer from what it finds."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(len(QUESTIONS), width) / width**0.5)
        self.key = nn.Linear(width, width)
        self.answer = nn.Linear(width, sum(QUESTIONS.values()))

    def forward(self, features: Tensor, there: Tensor) -> list[Tensor]:
        """Logits (B, answers) of every question, for features (B, L, C) and where there is text, (B, L)."""
        scores = self.query @ self.key(features).transpose(1, 2)
        share = scores.masked_fill(~there.unsqueeze(1), -1e4).softmax(-1)
        found = share @ features
        parts = zip(
            self.answer.weight.split(list(QUESTIONS.values())),
            self.answer.bias.split(list(QUESTIONS.values())),
            found.unbind(1),
            strict=True,
        )
        return [F.linear(one, weight, bias) for weight, bias, one in parts]

    def loss(self, features: Tensor, there: Tensor, right: Tensor) -> Tensor:
        """Mean cross entropy over questions; right (B, 17), NONE where there is no answer."""
        made = self(features, there)
        losses = [
            F.cross_entropy(logits.float(), right[:, i], ignore_index=NONE, reduction="sum")
            for i, logits in enumerate(made)
        ]
        return torch.stack(losses).sum() / (right != NONE).sum().clamp_min(1)
