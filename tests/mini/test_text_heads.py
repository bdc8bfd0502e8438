"""The text heads ask what a caption says, and teach features to hold the answer."""

import torch

from oelala.mini.recipe.answers import NONE, QUESTIONS, answers, answers_of
from oelala.mini.recipe.text_heads import TextHeads
from oelala.mini.world.seeds import random_clip
from oelala.mini.world.vocabulary import COLOURS


def test_answers_are_what_the_clip_shows() -> None:
    specs = [random_clip(seed) for seed in range(60)]
    rows = answers_of(specs)
    assert rows.shape == (60, len(QUESTIONS))
    assert all((rows[:, i] < count).all() for i, count in enumerate(QUESTIONS.values()))
    for spec in specs:
        said = dict(zip(QUESTIONS, answers(spec), strict=True))
        assert list(COLOURS)[said["top colour"]] == spec.clothes.top_name
        assert (said["wall colour"] == NONE) == (spec.scene.place != "wall")


def test_features_learn_to_hold_the_answer() -> None:
    torch.manual_seed(0)
    tokens = torch.randint(11, (32, 6))
    right = torch.full((32, len(QUESTIONS)), NONE)
    right[:, 0] = tokens[:, 2]
    features, place = torch.nn.Embedding(11, 16), torch.nn.Parameter(torch.randn(6, 16))
    heads, there = TextHeads(16), torch.ones(32, 6, dtype=torch.bool)
    optimizer = torch.optim.Adam([*features.parameters(), place, *heads.parameters()], lr=0.03)
    for _ in range(150):
        optimizer.zero_grad()
        loss = heads.loss(features(tokens) + place, there, right)
        loss.backward()
        optimizer.step()
    assert loss < 0.3
    silent = heads.loss(features(tokens) + place, there, torch.full_like(right, NONE))
    assert float(silent.detach()) == 0
