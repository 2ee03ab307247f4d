"""Some of the nodes, or all of a stretch of them."""

from __future__ import annotations

import numpy as np

from cascade_kpi._arrays import IntArray

__all__ = ["Where", "within"]

Where = slice | IntArray
"""Nodes: a slice with both ends, or their rows."""


def within(nodes: Where, some: Where) -> Where:
    """Some of the nodes, by their place among these: rows, or a slice of a slice."""
    if not isinstance(nodes, slice):
        return nodes[some]
    if isinstance(some, slice):
        return slice(nodes.start + some.start, nodes.start + some.stop)
    return np.asarray(nodes.start + some)
