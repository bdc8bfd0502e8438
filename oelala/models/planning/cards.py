"""How much a graphics card computes: known, counted from its units, or measured. Operations a second."""

from __future__ import annotations

# Dense 16-bit matrix products with 32-bit sums: measured (H100, H200) or counted from the chip's units.
_CARDS = (
    ("H200", 788e12),
    ("H100", 798e12),
    ("RTX 3090", 71e12),
    ("RTX 3060 Ti", 27.4e12),
    ("RTX 3060", 25.5e12),
)
# Of that a whole denoising step reaches, without compiled blocks: 510 of 798 measured on an H100.
_REACHED = 0.64
# By compute capability: such operations of one multiprocessor in a clock. GeForce cards sum in 32 bits at
# half the rate of the others of their generation, from Turing on.
_EACH_CLOCK = {
    (7, 0): 1024,
    (7, 5): 1024,
    (8, 0): 2048,
    (8, 6): 1024,
    (8, 9): 1024,
    (9, 0): 4096,
    (10, 0): 8192,
    (12, 0): 1024,
}


def card_flops(name: str, measured: float | None = None) -> float | None:
    """What a denoising step reaches on a card of that name; None: not known.

    `measured`: of its matrix products, for a card that is not in the list.
    """
    peak = measured
    if "Laptop" not in name and "PCIe" not in name:  # the same letters, another clock
        peak = next((peak for mark, peak in _CARDS if mark in name), measured)
    return None if peak is None else peak * _REACHED


def counted_flops(name: str, capability: tuple[int, int], processors: int, hertz: float) -> float | None:
    """Of matrix products, from what the driver tells of the chip; None for a generation that is not known."""
    each = _EACH_CLOCK.get(capability)
    if each is None or processors <= 0 or hertz <= 0:
        return None
    return processors * hertz * (each / 2 if "GeForce" in name else each)
