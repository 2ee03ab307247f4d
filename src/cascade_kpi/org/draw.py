"""Trees as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cascade_kpi._text import visible

if TYPE_CHECKING:
    from cascade_kpi.org.tree import OrgTree

__all__ = ["draw_rows"]


def draw_rows(org: OrgTree, *, depth: int | None, limit: int) -> str:
    """One line a node, in preorder, with the branches drawn in front."""
    shown = np.flatnonzero(org.depth <= (len(org) if depth is None else depth))
    lines: list[str] = []
    prefix = [""]  # prefix[d] stands before the branch of a node at level d
    for row in shown[:limit].tolist():
        level, above = int(org.depth[row]), int(org.parent[row])
        last = above < 0 or row + org.size[row] == above + org.size[above]
        del prefix[level + 1 :]
        kind = f"  [{visible(org.kinds[row])}]" if org.kinds[row] else ""
        branch = "" if level == 0 else ("└─ " if last else "├─ ")
        lines.append(f"{prefix[level]}{branch}{visible(org.labels[row])}{kind}")
        prefix.append("" if level == 0 else prefix[level] + ("   " if last else "│  "))
    if len(shown) > limit:
        lines.append(f"… and {len(shown) - limit:,} more")
    return "\n".join(lines)
