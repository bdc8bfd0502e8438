"""Rotation matrices and small vector helpers; angles in radians, y up, people face +z, their left is +x."""

import torch
from torch import Tensor


def _rows(*rows: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    return torch.stack([torch.stack(row, -1) for row in rows], -2)


def rotate_x(angle: Tensor) -> Tensor:
    """(...) to (..., 3, 3): positive turns +y towards +z (a bow, for someone who faces +z)."""
    c, s, o, i = angle.cos(), angle.sin(), torch.zeros_like(angle), torch.ones_like(angle)
    return _rows((i, o, o), (o, c, -s), (o, s, c))


def rotate_y(angle: Tensor) -> Tensor:
    """(...) to (..., 3, 3): positive turns +z towards +x."""
    c, s, o, i = angle.cos(), angle.sin(), torch.zeros_like(angle), torch.ones_like(angle)
    return _rows((c, o, s), (o, i, o), (-s, o, c))


def rotate_z(angle: Tensor) -> Tensor:
    """(...) to (..., 3, 3): positive turns +x towards +y."""
    c, s, o, i = angle.cos(), angle.sin(), torch.zeros_like(angle), torch.ones_like(angle)
    return _rows((c, -s, o), (s, c, o), (o, o, i))


def vector(*parts: Tensor | float) -> Tensor:
    """Stack x, y, z (tensors of one shape, or numbers) into (..., 3)."""
    like = next(part for part in parts if isinstance(part, Tensor))
    return torch.stack([p if isinstance(p, Tensor) else torch.full_like(like, p) for p in parts], -1)


def apply(matrix: Tensor, point: Tensor) -> Tensor:
    """(..., 3, 3) times (..., 3), summed by hand: no TF32 can touch it."""
    return (matrix * point.unsqueeze(-2)).sum(-1)


def compose(first: Tensor, second: Tensor) -> Tensor:
    """Matrix product of two (..., 3, 3), by hand for the same reason."""
    return (first.unsqueeze(-1) * second.unsqueeze(-3)).sum(-2)


def unit(value: Tensor) -> Tensor:
    """Normalised along the last axis."""
    return value / value.norm(dim=-1, keepdim=True).clamp_min(1e-8)


def dot(a: Tensor, b: Tensor) -> Tensor:
    """Inner product along the last axis, kept as size 1."""
    return (a * b).sum(-1, keepdim=True)
