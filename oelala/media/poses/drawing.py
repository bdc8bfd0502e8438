"""Poses as pictures: sticks and joints on black for models that follow them, over a film for people."""

from __future__ import annotations

import colorsys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from oelala.media.poses.document import Person, Points, Pose
from oelala.media.poses.layouts import (
    BODY20,
    BODY25,
    BODY25_TOES,
    COCO18,
    HAND_LIMBS,
    Colour,
    Layout,
)
from oelala.media.poses.styles import STYLES, Style

Frame = NDArray[np.uint8]
_LAYOUTS = {"coco18": COCO18, "body20": BODY20, "body25": BODY25}
_SHIFT = 6  # binary digits behind the point in OpenCV's coordinates
_FAR = 2.0**14  # pixels; what is drawn further away is not seen, and overflows
_TURN = np.linspace(0, 2 * np.pi, 24, endpoint=False)
_CIRCLE = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)
# OpenCV's smooth edges paint half a pixel more than the shape.
_EDGE = 0.5
_FINE_SIDE = 512  # a canvas of at least this is drawn as it is; a smaller one finer, and brought down


def draw_frames(pose: Pose, style: Style = STYLES["openpose"]) -> Iterator[Frame]:
    """Every frame of the pose on black: RGB, uint8, (height, width, 3)."""
    for index in range(pose.num_frames):
        yield draw_frame(pose, index, style)


def draw_frame(pose: Pose, index: int, style: Style = STYLES["openpose"]) -> Frame:
    """One frame on black: RGB, uint8, (height, width, 3). Raises IndexError."""
    fine = max(1, -(-_FINE_SIDE // min(pose.width, pose.height)))
    canvas = np.zeros((pose.height * fine, pose.width * fine, 3), np.uint8)
    brush = _Brush(canvas, style.stick(pose.width, pose.height), fine)
    for person in pose.people:
        _draw_person(brush, pose, person, index, style)
    if fine > 1:
        canvas = cv2.resize(canvas, (pose.width, pose.height), interpolation=cv2.INTER_AREA).astype(
            np.uint8, copy=False
        )
    return canvas[..., ::-1] if style.swap_red_blue else canvas


def overlay_frames(
    frames: Iterable[Frame], pose: Pose, style: Style = STYLES["openpose"], light: float = 0.55
) -> Iterator[Frame]:
    """The pose over dimmed frames of any size, brought to the pose's; the shorter of the two ends it."""
    bright = replace(style, limb_light=0.9)
    for index, frame in zip(range(pose.num_frames), frames, strict=False):
        if frame.shape[:2] != (pose.height, pose.width):
            size = (pose.width, pose.height)
            frame = cv2.resize(frame, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        drawn = draw_frame(pose, index, bright)
        yield np.where(drawn.any(axis=2, keepdims=True), drawn, (frame * light).astype(np.uint8))


class _Brush:
    """Draws on a canvas `fine` times as large as the frame, in the frame's coordinates."""

    def __init__(self, canvas: Frame, radius: float, fine: int) -> None:
        self._canvas, self._fine = canvas, fine
        self.radius = radius

    def limb(self, start: NDArray[np.float64], end: NDArray[np.float64], colour: Colour) -> None:
        """An ellipse from point to point, as OpenPose's sticks are."""
        along = end - start
        length = float(np.hypot(*along))
        x, y = along / length if length > 1e-3 else (1.0, 0.0)
        half, thick = max(length / 2, 0.5), self.radius
        axes = np.array([[x * half, y * half], [-y * thick, x * thick]])
        self._fill((start + end) / 2, axes, colour, (half, thick))

    def joint(self, at: NDArray[np.float64], colour: Colour, size: float = 1.0) -> None:
        radius = self.radius * size
        self._fill(at, np.eye(2) * radius, colour, (radius, radius))

    def line(self, start: NDArray[np.float64], end: NDArray[np.float64], colour: Colour) -> None:
        ends = [tuple(self._fixed(point).tolist()) for point in (start, end)]
        thickness = max(1, round(self.radius * self._fine / 2))
        cv2.line(self._canvas, ends[0], ends[1], colour, thickness, cv2.LINE_AA, _SHIFT)

    def _fill(
        self,
        middle: NDArray[np.float64],
        axes: NDArray[np.float64],
        colour: Colour,
        radii: tuple[float, float],
    ) -> None:
        shrunk = [max(radius - _EDGE / self._fine, 0.1) / radius for radius in radii]
        outline = middle + (_CIRCLE * shrunk) @ axes
        cv2.fillConvexPoly(self._canvas, self._fixed(outline), colour, cv2.LINE_AA, _SHIFT)

    def _fixed(self, points: NDArray[np.float64]) -> NDArray[np.int32]:
        """In OpenCV a pixel's middle has whole coordinates, here its corner has."""
        return np.round((np.clip(points, -_FAR, _FAR) * self._fine - 0.5) * 2**_SHIFT).astype(np.int32)


def _draw_person(brush: _Brush, pose: Pose, person: Person, index: int, style: Style) -> None:
    layout = _LAYOUTS[style.body]
    _draw_body(brush, pose, _body(person, style)[index], layout, style.limb_light)
    if style.hands:
        for hand in (person.hand_left, person.hand_right):
            if hand.shape[1]:
                _draw_hand(brush, pose, hand[index], style.hand_dot)
    if style.face and person.face.shape[1]:
        for point in person.face[index][pose.seen(person.face[index])]:
            brush.joint(point[:2], (255, 255, 255), 0.75)


def _body(person: Person, style: Style) -> Points:
    if style.body == "coco18":
        return person.coco18()
    body = person.body25()
    if style.body == "body25":
        return body
    toes = [_between(body[:, big], body[:, small]) for big, small in BODY25_TOES]
    return np.concatenate([person.coco18(), np.stack(toes, axis=1)], axis=1)


def _between(one: Points, other: Points) -> Points:
    """Midway where both are there, with the lesser confidence; else missing."""
    both = (one[:, 2] > 0) & (other[:, 2] > 0)
    middle = np.column_stack([(one[:, :2] + other[:, :2]) / 2, np.minimum(one[:, 2], other[:, 2])])
    return np.where(both[:, None], middle, 0.0)


def _draw_body(brush: _Brush, pose: Pose, joints: Points, layout: Layout, light: float) -> None:
    """(n, 3). Sticks first and joints over them, in OpenPose's order."""
    seen = pose.seen(joints)
    for (start, end), colour in zip(layout.limbs, layout.limb_colours, strict=True):
        if seen[start] and seen[end]:
            brush.limb(joints[start, :2], joints[end, :2], _dim(colour, light))
    for joint, colour in zip(
        np.flatnonzero(seen), [layout.colours[i] for i in np.flatnonzero(seen)], strict=True
    ):
        brush.joint(joints[joint, :2], colour)


def _draw_hand(brush: _Brush, pose: Pose, points: Points, dot: float) -> None:
    seen = pose.seen(points)
    for (start, end), colour in zip(HAND_LIMBS, _hand_colours(), strict=True):
        if seen[start] and seen[end]:
            brush.line(points[start, :2], points[end, :2], colour)
    for point in points[seen]:
        brush.joint(point[:2], (0, 0, 255), dot)


@lru_cache
def _hand_colours() -> tuple[Colour, ...]:
    """Once around the colour circle, finger by finger."""
    count = len(HAND_LIMBS)
    wheel = (colorsys.hsv_to_rgb(limb / count, 1.0, 1.0) for limb in range(count))
    return tuple((round(r * 255), round(g * 255), round(b * 255)) for r, g, b in wheel)


def _dim(colour: Colour, light: float) -> Colour:
    red, green, blue = (round(channel * light) for channel in colour)
    return red, green, blue
