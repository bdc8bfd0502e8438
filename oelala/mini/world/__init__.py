"""The world that Mini is trained on: people who can be rendered again from any side, with their ground truth."""
