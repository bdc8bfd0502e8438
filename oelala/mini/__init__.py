"""How the embedded model Oelala Mini is made and judged: its world, captions, recipe and evaluation."""
