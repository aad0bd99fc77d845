"""Random draws in whole numbers: the same on every machine, for every version.

numpy's own distributions may change between versions and its floating-point
kernels differ between processors. So a draw here is a hash of (seed, purpose,
number of the thing), and every distribution is a table of whole numbers.
A draw depends on nothing else: not on the order of the draws, not on how many
things are drawn at once.
"""

from zlib import crc32

import numpy as np

EDITION = 12
"""Re-rolls all companies; chosen so that seed 7 tells a typical story."""

ONE = 1 << 32
"""A draw ``u`` is a whole number with 0 <= u < ONE."""


def _mix(words):
    """Scramble 64-bit words (the finaliser of SplitMix64)."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def pair(numbers, others):
    """One number for each pair of whole numbers (n,), different for different pairs."""
    words = _mix(np.asarray(numbers, dtype=np.int64).astype(np.uint64))
    return _mix(words + np.asarray(others, dtype=np.int64).astype(np.uint64))


class Draws:
    """Draws of one seed."""

    def __init__(self, seed):
        self.seed = int(seed) + EDITION * 1_000_003

    def uniform(self, purpose, numbers):
        """One draw per thing.

        purpose: text that says what is drawn; numbers: int64 array (n,) of the
        things' numbers. Returns int64 (n,), uniform in [0, ONE).
        """
        start = (self.seed * 0x9E3779B97F4A7C15 + crc32(purpose.encode())) % (1 << 64)
        base = _mix(np.array([start], dtype=np.uint64))
        words = np.asarray(numbers, dtype=np.int64).astype(np.uint64)
        words = base + words * np.uint64(0x9E3779B97F4A7C15)
        return (_mix(words) >> np.uint64(32)).astype(np.int64)

    def below(self, purpose, numbers, limit):
        """Whole numbers in [0, limit); limit is a number or an array (n,)."""
        return self.uniform(purpose, numbers) * limit >> 32

    def chance(self, purpose, numbers, permille):
        """True with the given chance in 1/1000 (a number or an array (n,))."""
        return self.uniform(purpose, numbers) * 1000 < np.int64(permille) * ONE

    def choose(self, purpose, numbers, weights):
        """Index into ``weights`` (k,), each as likely as its weight."""
        totals = np.cumsum(np.asarray(weights, dtype=np.int64))
        pick = self.uniform(purpose, numbers) * totals[-1] >> 32
        return np.searchsorted(totals, pick, side="right").astype(np.int64)

    def choose_by_row(self, purpose, numbers, weights, rows):
        """As ``choose``, with a line of weights (r, k) per thing: ``rows`` (n,)."""
        totals = np.cumsum(np.asarray(weights, dtype=np.int64), axis=1)
        pick = self.uniform(purpose, numbers) * totals[rows, -1] >> 32
        return (totals[rows] <= pick[:, None]).sum(axis=1)

    def quantile(self, purpose, numbers, points):
        """Values of a distribution given by equally spaced quantiles.

        points: whole numbers (k,), the quantiles 0, 1/(k-1), ..., 1; in between
        straight lines. Values must stay below 2**30.
        """
        points = np.asarray(points, dtype=np.int64)
        place = self.uniform(purpose, numbers) * (len(points) - 1)
        step, rest = place >> 32, place & (ONE - 1)
        return points[step] + ((points[step + 1] - points[step]) * rest >> 32)
