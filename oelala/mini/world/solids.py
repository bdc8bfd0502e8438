"""Solids that rays can hit in closed form: rounded cones and ellipsoids, collected by name of
their colour.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor

HIDDEN = 1e-4
# Metres behind every camera: even a ray that would meet something so small must not.
_NOWHERE = (0.0, 0.0, 100.0)


@dataclass
class Solids:
    """N rounded cones and M ellipsoids for each of F frames, in metres; colours are sRGB 0..1.

    Cones: ends `a`, `b` (F, N, 3), radii `ra`, `rb` (F, N). Ellipsoids: `centre` (F, M, 3), `axes` (F, M,
    3, 3) with the local axes as columns, `radii` (F, M, 3). `skin_*` marks what the face is painted on.
    """

    a: Tensor
    b: Tensor
    ra: Tensor
    rb: Tensor
    cone_colour: Tensor
    cone_face: Tensor
    centre: Tensor
    axes: Tensor
    radii: Tensor
    ball_colour: Tensor
    ball_face: Tensor

    def only(self, cones: Tensor, balls: Tensor) -> "Solids":
        """Some cones and some ellipsoids, by number."""
        return Solids(
            self.a[:, cones], self.b[:, cones], self.ra[:, cones], self.rb[:, cones],
            self.cone_colour[:, cones], self.cone_face[cones],
            self.centre[:, balls], self.axes[:, balls], self.radii[:, balls],
            self.ball_colour[:, balls], self.ball_face[balls],
        )  # fmt: skip


@dataclass
class Collector:
    """Gathers solids; a solid that is not `shown` (F,) shrinks to nothing, out of sight, so every frame has
    the same count.
    """

    cones: list[tuple[Tensor, Tensor, Tensor, Tensor, Tensor, bool]] = field(default_factory=list)
    balls: list[tuple[Tensor, Tensor, Tensor, Tensor, bool]] = field(default_factory=list)

    def cone(
        self,
        a: Tensor,
        b: Tensor,
        radii: tuple[Tensor | float, Tensor | float],
        colour: Tensor,
        shown: Tensor | None = None,
        *,
        face: bool = False,
    ) -> None:
        """From `a` to `b` (F, 3) with the radii of the ends (F,) or metres; colour (F, 3)."""
        like = a[..., 0]
        ra, rb = (r if isinstance(r, Tensor) else torch.full_like(like, r) for r in radii)
        if shown is not None:
            ra, rb = (torch.where(shown, r, torch.full_like(r, HIDDEN)) for r in (ra, rb))
            a, b = (torch.where(shown.unsqueeze(-1), end, end.new_tensor(_NOWHERE)) for end in (a, b))
        # A rounded cone whose one end swallows the other has no flank: keep the axis longer than the step.
        apart = b - a
        long = apart.norm(dim=-1, keepdim=True)
        least = ((ra - rb).abs() + 1e-3).unsqueeze(-1)
        axis = torch.where(long > 1e-6, apart / long.clamp_min(1e-6), torch.zeros_like(apart) + 0.57735)
        self.cones.append((a, a + axis * torch.maximum(long, least), ra, rb, colour, face))

    def ball(
        self,
        centre: Tensor,
        axes: Tensor,
        radii: Tensor,
        colour: Tensor,
        shown: Tensor | None = None,
        *,
        face: bool = False,
    ) -> None:
        """An ellipsoid; radii (F, 3) along the columns of `axes` (F, 3, 3)."""
        if shown is not None:
            radii = torch.where(shown.unsqueeze(-1), radii, torch.full_like(radii, HIDDEN))
            centre = torch.where(shown.unsqueeze(-1), centre, centre.new_tensor(_NOWHERE))
        self.balls.append((centre, axes, radii, colour, face))

    def collect(self) -> Solids:
        """Everything so far, stacked."""
        a, b, ra, rb, cone_colour = (torch.stack([c[i] for c in self.cones], 1) for i in range(5))
        centre, axes, radii, ball_colour = (torch.stack([e[i] for e in self.balls], 1) for i in range(4))
        flag = lambda values: torch.tensor(values, device=a.device)  # noqa: E731
        return Solids(
            a, b, ra, rb, cone_colour, flag([c[5] for c in self.cones]),
            centre, axes, radii, ball_colour, flag([e[4] for e in self.balls]),
        )  # fmt: skip
