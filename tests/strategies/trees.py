"""Ragged organisations, as tables and as trees.

Tables are dicts of lists, as a user would write them, so that a test can shuffle their rows.
"""

from hypothesis import strategies as st

import cascade_kpi as ck

NASTY = [
    "a", "b", "B", "7", "07", " 7", "é", "e\u0301", "日本", "\U0001f600", "<b>", "=1+1", "a\nb",
    "\u202eabc", "x" * 70, "0", "-1", "None", "nan", "'", '"', "a\tb", "\x00a", "ﬁ",
]  # fmt: skip
CLAIMS = st.one_of(
    st.integers(1, 1000).map(float),
    st.floats(1e-3, 1e6, allow_subnormal=False),
    st.sampled_from([0.1, 1 / 3, 1e-12, 1e14, 3e15, 2.0**51]),
)
KINDS = ("", "team", "person")


def cycled(draw, elements, n, shortest=1):
    """A list of n elements; long ones repeat themselves, so that they are drawn quickly."""
    some = draw(st.lists(elements, min_size=min(n, shortest), max_size=min(n, 14)))
    return [some[i % len(some)] for i in range(n)] if n else []


@st.composite
def parents(draw, largest=12, widest=90):
    """Position of each node's parent, -1 for the root, which comes first."""
    shape = draw(st.sampled_from(["any", "any", "any", "chain", "star", "wide"]))
    if shape == "wide":  # wider than the kernels' limits for narrow groups
        n = draw(st.sampled_from([n for n in (14, 15, 66, 90) if n <= widest]))
        return [-1, 0, *([1] * (n - 2))]
    n = draw(st.integers(1, largest))
    if shape == "chain":
        return list(range(-1, n - 1))
    if shape == "star":
        return [-1] + [0] * (n - 1)
    return [-1, *(draw(st.integers(0, i - 1)) for i in range(1, n))]


def idents(n):
    """n different ids: whole numbers or text, in no order."""
    numbers = st.integers(-(1 << 63), (1 << 63) - 1) | st.integers(-5, 200)
    words = st.sampled_from(NASTY) | st.text(st.characters(codec="utf-8"), min_size=1, max_size=5)
    if n > 14:
        return st.randoms(use_true_random=False).map(
            lambda random: random.sample([f"n{i}" for i in range(2 * n)], n)
        )
    unblank = words.filter(lambda word: word.strip() != "")
    lists = [st.lists(some, min_size=n, max_size=n, unique=True) for some in (numbers, unblank)]
    return st.one_of(lists)


@st.composite
def units(draw, largest=12, widest=90):
    """A table of units with a driver, agreed shares, a baseline and a kind."""
    above = draw(parents(largest, widest))
    n = len(above)
    ids = draw(idents(n))
    children = [[i for i in range(n) if above[i] == p] for p in range(n)]
    driver, shares = cycled(draw, CLAIMS, n), [None] * n
    for group in children:
        weights = cycled(draw, st.integers(1, 9), len(group))
        for child, weight in zip(group, weights, strict=True):
            shares[child] = weight / sum(weights)
    table = {
        "id": ids,
        "parent": [None if p < 0 else ids[p] for p in above],
        "kind": cycled(draw, st.sampled_from(KINDS), n),
        "driver": [None if children[i] else driver[i] for i in range(n)],
        "share": shares,
        "base": cycled(draw, st.none() | st.integers(-9, 9).map(float), n),
    }
    order = draw(st.permutations(range(n))) if n <= 14 else range(n)[::-1]
    return shuffled(table, order)


def shuffled(table, order):
    """The rows of a table in another order."""
    return {name: [column[i] for i in order] for name, column in table.items()}


def tree(table):
    return ck.OrgTree.from_table(table, kind="kind")


def orgs(largest=12):
    return units(largest).map(tree)


def children_of(org):
    """Rows of every node's children, in sibling order, by the plain way."""
    below = [[] for _ in range(len(org))]
    for row, parent in enumerate(org.parent.tolist()):
        if parent >= 0:
            below[parent].append(row)
    return below
