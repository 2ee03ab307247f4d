"""A composite index through nested sections: 49 indicators, 8 pillars, 2 sub-indexes, 1 index.

Source: the ASEM Sustainable Connectivity index (JRC) as the COINr package computes it: min–max
from 0 to 100 by direction, then weighted arithmetic means, level by level.
"""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.golden.published import rows

# Transcribed: Austria's pillars and what is made of them.
AUSTRIA = {
    "Conn": {
        "ConEcFin": 26.186623689261342,
        "Instit": 77.5369646569019,
        "P2P": 54.05204624720458,
        "Physical": 41.14841840565745,
        "Political": 78.22603758127096,
    },
    "Sust": {
        "Environ": 69.47511442498741,
        "Social": 72.76415463283276,
        "SusEcFin": 62.88149703160733,
    },
}
MADE = {"Conn": 55.43001811605925, "Sust": 68.37358869647584, "Index": 61.90180340626755}
HIGHER, LOWER = ck.directions.Higher(), ck.directions.Lower()


def itself(kpi):
    return ck.Item(kpi, ck.curves.Linear(1), ck.attainments.Result())


def scored(values, kpis, card):
    """Scores of {kpi: values of the nodes}, which are numbered."""
    nodes = [f"{i:02}" for i in range(len(next(iter(values.values()))))]
    org = ck.OrgTree.from_table({"id": nodes, "parent": [""] * len(nodes)}, roots="many")
    names = [name for name in values for _ in nodes]
    table = {"node": nodes * len(values), "kpi": names, "value": np.concatenate([*values.values()])}
    targets = ck.assign(org, ck.Kpis(kpis), table, periods="2018")  # no rule here reads them
    return ck.score(ck.measure(targets, table), card)


def mean_kpi(name, better=HIGHER):
    return ck.Kpi(name, "points", better, aggregate=ck.aggregates.Mean())


def nested(tree, top, item):
    """The section of a name: its parts are sections where the tree has them, else items."""
    made = {}
    for name in reversed(tree):  # what is below is named later
        made[name] = ck.Section(name, [made[c] if c in tree else item(c) for c in tree[name]])
    return made[top]


def in_hundreds(tree):
    """Weights of every section's parts, which sum to 100."""
    return {
        part: 100 * weight / sum(parts.values())
        for parts in tree.values()
        for part, weight in parts.items()
    }


def test_transcribed_pillars_of_austria():
    tree = {"Index": ["Conn", "Sust"]} | {name: [*pillars] for name, pillars in AUSTRIA.items()}
    pillars = {pillar: [value] for part in AUSTRIA.values() for pillar, value in part.items()}
    weights = in_hundreds({name: dict.fromkeys(parts, 1) for name, parts in tree.items()})
    card = ck.Scorecard(nested(tree, "Index", itself), weights)
    scores = scored(pillars, map(mean_kpi, pillars), card)
    assert {name: scores.points(name)[0, 0] for name in MADE} == pytest.approx(MADE, abs=1e-12)
    assert scores.total[0, 0] == scores.points("Index")[0, 0]


# -- all countries ---------------------------------------------------------------------------


def published_tree():
    """Section to its parts and their weights, a section before those in it."""
    found = {}
    for row in rows("asem_coinr", "tree_weights.csv"):
        found.setdefault(row["parent"], {})[row["child"]] = float(row["weight"])
    tree, left = {}, ["Index"]
    while left:
        name = left.pop(0)
        tree[name] = found[name]
        left += [child for child in found[name] if child in found]
    assert len(tree) == len(found) == 11
    return tree


def column(table, name):
    return np.array([float(row[name]) for row in table])


@pytest.fixture(scope="module")
def scores():
    """From the treated indicators, with the least and the greatest as goalposts."""
    treated = rows("asem_coinr", "data_Treated.csv")
    up = {r["IndCode"]: float(r["Direction"]) > 0 for r in rows("asem_coinr", "IndMeta.csv")}
    assert (len(treated), len(up)) == (51, 49)
    values = {code: column(treated, code) for code in up}

    def item(code):
        least, most = float(values[code].min()), float(values[code].max())
        posts = (least, most) if up[code] else (most, least)
        return ck.Item(code, attainment=ck.attainments.Goalposts(*posts))

    kpis = [mean_kpi(code, HIGHER if up[code] else LOWER) for code in up]
    tree = published_tree()
    return scored(values, kpis, ck.Scorecard(nested(tree, "Index", item), in_hundreds(tree)))


def test_every_level_of_every_country(scores):
    wanted = rows("asem_coinr", "data_Aggregated.csv")
    tree = published_tree()
    names = [*tree, *(part for parts in tree.values() for part in parts if part not in tree)]
    assert len(names) == 11 + 49
    for name in names:
        np.testing.assert_allclose(
            scores.points(name)[0], column(wanted, name), rtol=0, atol=1e-12, err_msg=name
        )


def test_published_ranks_and_rounded_scores(scores):
    wanted = {row["UnitCode"]: row for row in rows("asem_coinr", "results_scores.csv")}
    codes = [row["UnitCode"] for row in rows("asem_coinr", "data_Treated.csv")]
    order = np.argsort(-scores.total[0], kind="stable")
    ranked = [codes[i] for i in order.tolist()]
    assert ranked == sorted(wanted, key=lambda code: float(wanted[code]["Rank"]))
    for name in published_tree():
        printed = np.array([float(wanted[code][name]) for code in codes])
        assert np.abs(scores.points(name)[0] - printed).max() <= 0.005 + 1e-9


def test_the_table_says_what_is_transcribed():
    (row,) = (r for r in rows("asem_coinr", "data_Aggregated.csv") if r["UnitCode"] == "AUT")
    pillars = {pillar: value for part in AUSTRIA.values() for pillar, value in part.items()}
    for name, value in {**pillars, **MADE}.items():
        assert float(row[name]) == value
