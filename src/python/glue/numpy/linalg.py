"""Lengths of vectors."""
import math

from ._array import array, asarray


def norm(values, axis=None):
    """The Euclidean length of all values, or of those along an axis."""
    values = asarray(values)
    if axis is None:
        return math.hypot(*values.flatten().tolist())
    rows = values.tolist()
    return array([math.hypot(*part) for part in (zip(*rows) if axis == 0 else rows)])
