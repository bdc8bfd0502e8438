"""Shares and means with their 95 % intervals; several seeds of one prompt are not taken for independent."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

Z = 1.96


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with the ends of its 95 % interval; `count` values of `groups` prompts."""

    value: float
    low: float
    high: float
    count: int
    groups: int


def wilson(share: float, count: float) -> tuple[float, float]:
    """Wilson's score interval of a share of `count` (which may be an effective number, not whole)."""
    middle = (share + Z * Z / (2 * count)) / (1 + Z * Z / count)
    reach = Z / (1 + Z * Z / count) * math.sqrt(share * (1 - share) / count + Z * Z / (4 * count * count))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def share_of(values: Iterable[tuple[int, float]]) -> Estimate | None:
    """The mean of (group, 0..1), with Wilson's interval at the effective number of values.

    That number is the count over the design effect (Kish): the variance of the groups' means against that of
    independent values; never below the number of groups nor above the count. None without values.
    """
    groups, numbers = _columns(values)
    if not len(numbers):
        return None
    names, which = np.unique(groups, return_inverse=True)
    value = float(numbers.mean())
    effective = float(len(names))
    independent = value * (1 - value) / len(numbers)
    if len(names) > 1 and len(numbers) > len(names) and independent > 0:
        residuals = np.bincount(which, numbers - value)
        clustered = float((residuals**2).sum()) / len(numbers) ** 2 * len(names) / (len(names) - 1)
        effective = len(numbers) * independent / max(clustered, 1e-12)
    effective = min(max(effective, len(names)), len(numbers))
    return Estimate(value, *wilson(value, effective), len(numbers), len(names))


def mean_of(values: Iterable[tuple[int, float]]) -> Estimate | None:
    """The mean of (group, any number) with 1.96 standard errors of the groups' means; None without values."""
    groups, numbers = _columns(values)
    if not len(numbers):
        return None
    names, which = np.unique(groups, return_inverse=True)
    means = np.bincount(which, numbers) / np.bincount(which)
    value = float(means.mean())
    reach = Z * float(means.std(ddof=1)) / math.sqrt(len(means)) if len(means) > 1 else math.inf
    return Estimate(value, value - reach, value + reach, len(numbers), len(names))


def median_of(numbers: list[float]) -> Estimate | None:
    """The median with the interval of order statistics (binomial, normal approximation); None without any."""
    if not numbers:
        return None
    ordered, count = np.sort(numbers), len(numbers)
    reach = Z * math.sqrt(count) / 2
    low, high = max(0, math.floor(count / 2 - reach)), min(count - 1, math.ceil(count / 2 + reach))
    return Estimate(float(np.median(ordered)), float(ordered[low]), float(ordered[high]), count, count)


def area_under_curve(points: np.ndarray, groups: np.ndarray, rounds: int = 400) -> Estimate | None:
    """How often two points (N, D) of one group are nearer to each other than two of different groups (N,).

    The interval is a bootstrap's over the groups, of `rounds` samples. None without pairs of both kinds.
    """
    first, second = np.triu_indices(len(groups), 1)
    if not len(first):
        return None
    order = np.argsort(np.linalg.norm(points[first] - points[second], axis=1), kind="stable")
    names, which = np.unique(groups, return_inverse=True)
    left, right = which[first[order]], which[second[order]]
    same = left == right
    if same.all() or not same.any():
        return None

    def area(weight: np.ndarray) -> float:
        alike = np.where(same, weight[left], 0.0)
        others = np.where(same, 0.0, weight[left] * weight[right])
        further = others.sum() - np.cumsum(others)
        total = alike.sum() * others.sum()
        return float((alike * further).sum() / total) if total else math.nan

    rng = np.random.default_rng(0)
    drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), rounds).astype(float)
    low, high = np.nanquantile([area(weight) for weight in drawn], (0.025, 0.975))
    return Estimate(area(np.ones(len(names))), float(low), float(high), len(groups), len(names))


def _columns(values: Iterable[tuple[int, float]]) -> tuple[np.ndarray, np.ndarray]:
    pairs = list(values)
    return np.array([group for group, _ in pairs], np.int64), np.array([v for _, v in pairs], np.float64)
