"""Which weights, where they sit, and lending them out."""

import os

# OpenMP reads this once, when torch is loaded: it is set by whoever imports this package first, and workers
# inherit it from the studio. libgomp's own default lets a thread that waits for its neighbour burn its
# processor for milliseconds: beside a busy browser, Mini's transformer then took up to twenty times as long.
# A short spin costs an idle machine nothing.
os.environ.setdefault("GOMP_SPINCOUNT", "6000")
