"""What the stage `wordings` tells its pupil, and how well that is understood."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from oelala.mini.captions import caption, in_sentences
from oelala.mini.captions_free import in_free_words
from oelala.mini.recipe.answers import NONE, QUESTIONS, answers_of
from oelala.mini.recipe.text import features_of
from oelala.mini.recipe.text_heads import TextHeads
from oelala.mini.tokenizer import PAD_ID
from oelala.mini.world.seeds import random_clip
from oelala.mini.world.spec import ClipSpec

# Shares of the pupil's captions: in free words, and in sentences; the others are ordinary ones, half plain.
FREE, SENTENCES = 0.6, 0.2
VALIDATION_SEED, _VALIDATED = 790_000_000, 192
# How often the view is the ordinary one, that need not be told.
_FROM_THE_FRONT = 0.7
Wording = Callable[[ClipSpec, np.random.Generator], str]
KINDS: dict[str, Wording] = {
    "plain": lambda spec, rng: caption(spec, rng, plain=True),
    "sentences": in_sentences,
    "free": in_free_words,
    "held-out free": lambda spec, rng: in_free_words(spec, rng, held_out=True),
}


def simplified(spec: ClipSpec, rng: np.random.Generator) -> ClipSpec:
    """A clip that a short text can tell: nothing to say of build, glasses, beard, smile and light."""
    view = "front" if rng.random() < _FROM_THE_FRONT else spec.scene.view
    return replace(
        spec,
        character=replace(spec.character, glasses=False, beard=False, build="average"),
        scene=replace(spec.scene, light="neutral", view=view),
        motion=replace(spec.motion, smile=0.0),
    )


def in_other_words(spec: ClipSpec, rng: np.random.Generator) -> str:
    """What the pupil is told."""
    kind = rng.random()
    if kind < FREE:
        return in_free_words(spec, rng)
    if kind < FREE + SENTENCES:
        return in_sentences(spec, rng)
    return caption(spec, rng, complete=True, plain=rng.random() < 0.5)


@torch.no_grad()
def measured(
    text: Any, heads: TextHeads, tokens_of: Callable[[list[str]], Tensor]
) -> dict[str, dict[str, float]]:
    """Shares of right answers to the questions for colours and actions, and of texts with wall, top, bottom
    all right, by the kind of wording, for clips that are never trained on.
    """
    specs, shares = [], {}
    for seed in range(VALIDATION_SEED, VALIDATION_SEED + _VALIDATED):
        specs.append(simplified(random_clip(seed), np.random.default_rng(seed)))
    right = torch.from_numpy(answers_of(specs)).long()
    asked = list(QUESTIONS)
    for kind, wording in KINDS.items():
        rng = np.random.default_rng(VALIDATION_SEED)
        tokens = tokens_of([wording(spec, rng) for spec in specs])
        found = torch.cat(
            [
                torch.stack(
                    [one.argmax(1) for one in heads(features_of(text, part, fast=False), part != PAD_ID)], 1
                )
                for part in tokens.split(32)
            ]
        )
        hit, there = found == right, right != NONE
        names = [*asked[:4], "action"]
        shares[kind] = {
            name: round(float(hit[:, i][there[:, i]].float().mean()), 3)
            for name in names
            for i in [asked.index(name)]
        }
        shares[kind]["all colours"] = round(float((hit | ~there)[:, :3].all(1).float().mean()), 3)
    return shares
