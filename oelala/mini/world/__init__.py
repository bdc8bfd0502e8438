"""The world that Mini is trained on: people to be rendered from any side, with their ground truth."""
