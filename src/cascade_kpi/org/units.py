"""A tree as the table it could have come from: what its JSON record holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, frozen_array, frozen_columns
from cascade_kpi.errors import Fault, check

if TYPE_CHECKING:
    from cascade_kpi.org.tree import OrgTree

__all__ = ["Units"]


@frozen(hash=False)
class Units:
    """One row a node, in the tree's own order.

    Attributes
    ----------
    ids : array (n,)
    parents : object array (n,)
        Ids of the parents, None for roots.
    kinds, labels : object array of str (n,)
    columns : mapping of str to array (n,)
    """

    ids: NDArray[Any] = field(eq=CONTENT, converter=frozen_array)
    parents: NDArray[Any] = field(eq=CONTENT, converter=frozen_array)
    kinds: NDArray[Any] = field(eq=CONTENT, converter=frozen_array)
    labels: NDArray[Any] = field(eq=CONTENT, converter=frozen_array)
    columns: Mapping[str, NDArray[Any]] = field(eq=CONTENT, converter=frozen_columns)

    @classmethod
    def of(cls, org: OrgTree) -> Units:
        """The table of a tree."""
        parents = np.full(len(org), None, dtype=object)
        below = org.parent >= 0
        parents[below] = org.ids[org.parent[below]]
        return cls(org.ids, parents, org.kinds, org.labels, org.columns)

    def make(self) -> OrgTree:
        """The tree again, with every check of a table."""
        from cascade_kpi.org.tree import OrgTree

        check(
            [
                Fault("units", f"{len(values)} entries beside {len(self.ids)} ids", "give one a node", column=name)
                for name, values in self.columns.items()
                if values.shape != self.ids.shape
            ]
        )
        tree = OrgTree.from_table(
            {"id": self.ids, "parent": self.parents, "kind": self.kinds, "label": self.labels},
            kind="kind",
            label="label",
            roots="many",
        )
        order = tree.source_row
        columns = {name: values[order] for name, values in self.columns.items()}
        return attrs.evolve(tree, columns=columns)
