"""Agreement of raters against published answers.

Sources: P. E. Shrout and J. L. Fleiss, "Intraclass correlations: uses in assessing rater
reliability", Psychological Bulletin 86 (1979) 420-428, tables 2 to 4: six targets, four judges.
K. Krippendorff's example of three observers, fifteen units and missing ratings, with nominal
alpha .691358 and interval alpha .810845.
"""

import pytest

import cascade_kpi as ck
from cascade_kpi import rating
from tests.golden.published import rows

TARGETS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
ICC = {"1,1": 0.17, "2,1": 0.29, "3,1": 0.71, "1,k": 0.44, "2,k": 0.62, "3,k": 0.91}
NONE = None
OBSERVERS = [
    [NONE, NONE, NONE, NONE, NONE, 3, 4, 1, 2, 1, 1, 3, 3, NONE, 3],
    [1, NONE, 2, 1, 3, 3, 4, 3, NONE, NONE, NONE, NONE, NONE, NONE, NONE],
    [NONE, NONE, 2, 1, 3, 4, 4, NONE, 2, 1, 1, 3, 3, NONE, 4],
]
ALPHA = {rating.Nominal(): 0.691358, rating.Interval(): 0.810845}


def judged(table, scale):
    """Ratings of a table with one row a target, one column a judge; None is missing."""
    nodes = [f"t{i:02}" for i in range(len(table))]
    org = ck.OrgTree.from_table({"id": ["all", *nodes], "parent": ["", *["all"] * len(nodes)]})
    long = [
        {"node": node, "rater": j, "relation": "judge", "item": "x", "value": value}
        for node, line in zip(nodes, table, strict=True)
        for j, value in enumerate(line)
    ]
    return ck.Ratings.from_table(long, org, scale=scale, outside="judge", periods="1")


SHROUT_FLEISS = judged(TARGETS, rating.Scale(1, 10))
KRIPPENDORFF = judged(list(zip(*OBSERVERS, strict=True)), rating.Scale(1, 4))


@pytest.mark.parametrize("form", ICC)
def test_intraclass_correlations(form):
    assert round(rating.icc(SHROUT_FLEISS)[form].value, 2) == ICC[form]


SQUARES = {"BMS": 11.24, "WMS": 6.26, "JMS": 32.49, "EMS": 1.02}


def test_mean_squares():
    squares = rating.icc(SHROUT_FLEISS).squares
    found = [squares.between, squares.within, squares.among, squares.residual]
    assert [round(each, 2) for each in found] == [*SQUARES.values()]


@pytest.mark.parametrize("metric", ALPHA)
def test_alpha(metric):
    assert round(rating.alpha(KRIPPENDORFF, "x", metric), 6) == ALPHA[metric]


def test_the_published_tables_are_those_that_are_written_here():
    table = rows("rater_agreement", "shrout_fleiss_1979.csv")
    assert [[int(line[f"judge_{j}"]) for j in range(1, 5)] for line in table] == TARGETS
    table = rows("rater_agreement", "krippendorff_3x15.csv")
    cells = [[line[f"u{u}"] for u in range(1, 16)] for line in table]
    assert [[int(cell) if cell else None for cell in line] for line in cells] == OBSERVERS
    published = {
        (line["dataset"], line["statistic"]): float(line["value"])
        for line in rows("rater_agreement", "published.csv")
    }
    assert len(published) == len(ICC) + len(SQUARES) + len(ALPHA) == 12
    for name, value in SQUARES.items():
        assert published["shrout_fleiss_1979", name] == value
    for form, value in ICC.items():
        assert published["shrout_fleiss_1979", "ICC" + form.replace(",", "")] == value
    for name, value in (("nominal", 0.691358), ("interval", 0.810845)):
        assert published["krippendorff_3x15", f"alpha_{name}"] == value
