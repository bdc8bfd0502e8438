"""The command line of the benchmark."""

from __future__ import annotations

import argparse

PARTS = ("resident", "steps", "cancel", "switch", "decode", "cold", "ffn", "profile", "mmgp")
ABOUT = """What streaming weights costs: denoising steps (two forwards each) of Wan 14B on a small card.

    python -m benchmarks.streaming                  # full size: an 80 GB card and 90 GiB of main memory
    python -m benchmarks.streaming --layers 12      # less of both
    python -m benchmarks.streaming --tiny           # a rehearsal, on a processor as well

Random weights. One line of JSON for each result, as soon as it is there, the most important first; no part is
begun that would go past `--seconds`. Parts:

* resident: everything on the card, no cap, eager and compiled; its answers are the truth for the others.
  Without it, steps begins with two compiled resident steps of each length, for the same truth.
* steps: a card of `--cap` GiB (the rest is held, the context counts), contenders in turns. compute: all
  blocks are the same one, so that no weight moves; ours: all blocks streamed, compiled, both branches pass
  a block while it is there; ours, one branch at a time; diffusers: group offload on its own stream, eager.
  `floor` is what no way of streaming can beat: the larger of the work and of one pass of the weights.
* cancel: from the wish until the card is idle. switch: to the other expert, and from T2V to I2V.
* decode: VAE of 81 frames, to an mp4 as the studio does it and in other ways. cold: from the disk to the
  first step. ffn: feed-forward in pieces.
* profile: where a compiled forward spends its time. mmgp: one more contender, where it is installed.
"""


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=ABOUT, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--layers", type=int, default=40)
    parser.add_argument("--others", type=int, default=6, help="layers of the models that are switched to")
    parser.add_argument("--disk-layers", type=int, default=20, help="layers that are written to the disk")
    parser.add_argument("--frames", type=int, nargs="+", default=[17, 81])
    parser.add_argument("--height", type=int, default=480)
    parser.add_argument("--width", type=int, default=832)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cancels", type=int, default=5)
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--cap", type=float, default=12.0, help="GiB of the card for the contenders")
    parser.add_argument("--seconds", type=float, default=450.0)
    parser.add_argument("--attention", default="measured", help="or a name: native, flash_4_hub, ...")
    parser.add_argument("--offload", choices=["leaf_level", "block_level", "none"], default="leaf_level")
    parser.add_argument("--folder", default=None, help="for the part `cold`; needs room for its files")
    parser.add_argument("--out", default=None, help="a file for the results as well")
    parser.add_argument("--tiny", action="store_true")
    options = parser.parse_args()
    if options.tiny:
        options.layers, options.height, options.width = min(options.layers, 4), 64, 64
        options.others, options.disk_layers = 2, 3
    return options
