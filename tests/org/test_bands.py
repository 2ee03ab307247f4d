"""Sibling groups swept at once: all of them, once, with the sums of their blocks."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.org import layout as layouts
from cascade_kpi.org.bands import Mixed, added, family_of


def tree(seed, n=600):
    rng = np.random.default_rng(seed)
    above = [None, *(int(rng.integers(max(0, i - 40) // 3, i)) for i in range(1, n))]
    return ck.OrgTree.from_table({"id": list(range(n)), "parent": above})


@pytest.mark.parametrize(("small", "chunk"), [(8_192, 32_768), (0, 20), (30, 7)])
def test_bands_tell_of_every_group_what_its_block_tells(monkeypatch, small, chunk):
    monkeypatch.setattr(layouts, "_SMALL", small)
    monkeypatch.setattr(layouts, "_CHUNK", chunk)
    layout = tree(3).layout
    values = np.random.default_rng(4).normal(0, 1, len(layout.order))
    total = np.full(len(layout.parents), np.nan)
    for band in layout.bands_down():
        assert np.isnan(total[band.groups]).all()
        total[band.groups] = band.sums(band.part(values))
        assert (band.above == layout.above[band.groups]).all()
    expected = [added(block.part(values)) for block in layout.down()]
    assert total.tolist() == np.concatenate(expected).tolist()
    up = [band.groups.start for band in layout.bands_up()]
    assert up == [band.groups.start for band in layout.bands_down()][::-1]


def test_a_mixed_band_spreads_and_lines_up_its_groups():
    org = tree(5)
    mixed = [band for band in org.layout.bands_down() if isinstance(band, Mixed)]
    assert mixed
    for band in mixed:
        rows, number = band.part(org.layout.order), np.arange(len(band.above))
        parents = org.layout.parents[band.groups]
        assert (org.parent[rows] == parents[band.each(number)]).all()
        lines = band.lined(rows, -1)
        assert (band.unlined(lines) == rows).all()
        for g in number.tolist():
            siblings = lines[:, g][lines[:, g] >= 0]
            assert siblings.tolist() == np.flatnonzero(org.parent == parents[g]).tolist()


def test_bands_of_a_long_chain_are_made_as_they_are_asked_for(monkeypatch):
    kept = [band.groups for band in tree(6).layout.bands_down()]
    monkeypatch.setattr(layouts, "_FEW", 2)
    layout = tree(6).layout
    assert [band.groups for band in layout.bands_down()] == kept
    assert [band.groups for band in layout.bands_up()] == kept[::-1]


def test_a_family_alone():
    band = family_of(3)
    cells = np.array([[1.0], [2.0], [4.0]])
    assert band.sums(cells).tolist() == [7.0]
    assert band.part(np.arange(3)).tolist() == [[0], [1], [2]]


def test_values_are_turned_as_they_are_fetched(monkeypatch):
    monkeypatch.setattr(layouts, "_CHUNK", 64)
    layout = tree(7).layout
    values = np.random.default_rng(1).normal(0, 1, len(layout.order))
    swept = layout.swept(values, np.rint)
    assert swept.tolist() == np.rint(values)[layout.order].tolist()
    assert layout.rowed(layout.swept(values)).tobytes() == values.tobytes()
    one = np.broadcast_to(np.float64(2.5), values.shape)
    assert layout.swept(one, np.rint).strides == (0,)
    assert layout.swept(one, np.rint)[0] == 2.0


def test_the_leaves_of_every_subtree_are_counted():
    org = tree(8)
    expected = [org.is_leaf[row : row + org.size[row]].sum() for row in range(len(org))]
    assert org.layout.leaves.tolist() == expected
