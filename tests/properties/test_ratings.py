"""Laws of ratings by several people, on arbitrary surveys."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi import rating
from tests.strategies import trees as some

RELATIONS = ["customer", "manager", "peer", "report", "self"]
SCALE = rating.Scale(1, 5, step=0.5)
TRIMS = st.one_of(
    st.just(rating.KeepAll()),
    st.builds(rating.Drop, st.integers(0, 3), st.integers(0, 3), leave=st.integers(1, 3)),
    st.builds(rating.DropShare, st.sampled_from([0, 0.1, 0.25, 0.3, 0.49])),
)
WEIGHTS = st.lists(
    st.sampled_from([0.0, 0.1, 1.0, 7.0, 20.0, 50.0]), min_size=5, max_size=5
).filter(any)
LEAST = st.dictionaries(st.sampled_from(RELATIONS), st.integers(1, 4))


@st.composite
def surveys(draw, outside=True):
    """A tree of a few people, and records of who rated whom."""
    n = draw(st.integers(2, 6))
    org = ck.OrgTree.from_table(
        {"id": [f"p{i}" for i in range(n)], "parent": ["", *["p0"] * (n - 1)]}
    )
    people = st.integers(0, n - 1)
    guests = st.integers(n, n + 5) if outside else people
    keys = st.tuples(
        people, st.one_of(people, guests), st.sampled_from("ab"), st.sampled_from(["1", "2"])
    )
    records = []
    for node, rater, item, period in draw(st.lists(keys, min_size=1, max_size=60, unique=True)):
        relation = draw(st.sampled_from(["manager", "peer", "report"]))
        relation = "customer" if rater >= n else "self" if rater == node else relation
        value = draw(st.one_of(st.none(), st.integers(2, 10).map(lambda half: half / 2)))
        records.append(
            {"node": f"p{node}", "rater": f"p{rater}", "relation": relation, "item": item,
             "period": period, "value": value}
        )  # fmt: skip
    return org, records


def read(org, records):
    return ck.Ratings.from_table(
        records, org, scale=SCALE, items=["a", "b"], periods=["1", "2"], outside="customer"
    )


@st.composite
def rules(draw):
    weights = dict(zip(RELATIONS, draw(WEIGHTS), strict=True))
    weighting = draw(
        st.sampled_from(
            [weights, rating.ByHeads(), rating.HandedTo("manager", {**weights, "manager": 30})]
        )
    )
    return rating.Raters(
        weighting, draw(LEAST), draw(TRIMS), draw(st.sampled_from(["renormalise", "hold"]))
    )


AUDIENCES = st.one_of(
    st.builds(
        rating.Ratee, st.integers(2, 5), st.sampled_from([("self", "manager"), ("self",), ()])
    ),
    st.just(rating.Office()),
)


@given(surveys(), rules(), AUDIENCES, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_bit(drawn, by, audience, random):
    org, records = drawn
    shuffled = records.copy()
    random.shuffle(shuffled)
    one, two = read(org, records), read(org, shuffled)
    assert one == two
    for source, other in ((one, two), (rating.leniency(one), rating.leniency(two))):
        mine, theirs = (ck.consolidate(each, by, audience) for each in (source, other))
        for name in ("table", "totals", "by_relation"):
            assert ck._arrays.equal(getattr(mine, name)(), getattr(theirs, name)())
    for name, values in rating.leniency(one).table().items():
        assert ck._arrays.equal(values, rating.leniency(two).table()[name])
    assert str(rating.icc(one, "a")) == str(rating.icc(two, "a"))
    assert str(rating.alpha(one, "a")) == str(rating.alpha(two, "a"))


def brute(values, trim):
    """The trimmed mean of one relation, told by sorting a list."""
    ranked = sorted(values)
    k = len(ranked)
    if isinstance(trim, rating.DropShare):
        low = high = int(trim.share * k + 1e-9)
    elif isinstance(trim, rating.Drop):
        low, high = trim.low, trim.high
    else:
        low = high = 0
    if k - low - high < getattr(trim, "leave", 1):
        low = high = 0
    kept = ranked[low : k - high]
    return sum(kept) / len(kept)


@given(surveys(), rules())
def test_scores_are_those_of_a_loop(drawn, by):
    org, records = drawn
    told = ck.consolidate(read(org, records), by, rating.Office())
    for item in "ab":
        scores = told.of(item)
        for p, period in enumerate("12"):
            for row, node in enumerate(org.ids.tolist()):
                mine = [
                    r
                    for r in records
                    if (r["node"], r["item"], r["period"]) == (node, item, period)
                ]
                asked = {
                    name: [r["value"] for r in mine if r["relation"] == name]
                    for name in told.relations
                }
                rated = {name: [v for v in vs if v is not None] for name, vs in asked.items()}
                counts = {
                    name: len(vs) if len(vs) >= by.least.get(name, 1) else 0
                    for name, vs in rated.items()
                }
                line = np.array([[counts[name] for name in told.relations]])
                weights = dict(
                    zip(told.relations, by.weights(told.relations, line)[0].tolist(), strict=True)
                )
                parts = [
                    (weights[name], brute(rated[name], by.trim))
                    for name in told.relations
                    if counts[name] and weights[name] > 0
                ]
                lacks = any(
                    asked[name] and not counts[name] and weights[name] > 0
                    for name in told.relations
                )
                held = lacks and by.missing is ck.Missing.HOLD
                want = float("nan")
                if parts and not held:
                    want = sum(w * m for w, m in parts) / sum(w for w, _ in parts)
                assert scores[p, row] == pytest.approx(want, nan_ok=True, rel=1e-12)


@given(surveys(), rules())
def test_effective_weights_sum_to_one_and_scores_stay_within_their_means(drawn, by):
    told = ck.consolidate(read(*drawn), by, rating.Office())
    there = ~np.isnan(told.scores)
    assert told.effective[there].sum(axis=1) == pytest.approx(np.ones(there.sum()))
    counted = np.where(told.effective > 0, told.tally.means, np.nan)[there]
    assert (told.scores[there] >= np.nanmin(counted, axis=1, initial=np.inf)).all()
    assert (told.scores[there] <= np.nanmax(counted, axis=1, initial=-np.inf)).all()
    assert np.isnan(told.effective[~there]).all()


@given(surveys(), rules(), AUDIENCES)
def test_what_is_hidden_cannot_be_computed_back(drawn, by, audience):
    """All that is shown of one node and period as linear equations in the relations' means."""
    told = ck.consolidate(read(*drawn), by, audience)
    least = audience(told.relations)
    r = len(told.relations)
    shown, overall = told.table(), told.totals()
    node = told.org.ids[told.tally.node]
    pairs = set(zip(node.tolist(), told.tally.period.tolist(), strict=True))
    for who, label in pairs:
        groups = [g for g in range(len(node)) if node[g] == who and told.tally.period[g] == label]
        lines = []
        for at, g in enumerate(groups):
            unit = np.eye(len(groups) * r)[at * r : (at + 1) * r]
            seen = (told.tally.rated[g] > 0) & ~told.hidden[g]
            lines += [unit[i] for i in range(r) if seen[i]]
            if not told.withheld[g] and told.scores[g] == told.scores[g]:
                lines.append(np.nan_to_num(told.effective[g]) @ unit)
        name = told.periods.labels[label]
        columns = (overall[c].tolist() for c in ("node", "period", "note"))
        notes = [note for n, p, note in zip(*columns, strict=True) if (n, p) == (who, name)]
        if not notes[0] and not np.isnan(told.scores[groups]).any():
            mean = np.zeros(len(groups) * r)
            for at, g in enumerate(groups):
                mean[at * r : (at + 1) * r] = np.nan_to_num(told.effective[g]) / len(groups)
            lines.append(mean)
        known = np.array(lines).reshape(-1, len(groups) * r)
        rank = np.linalg.matrix_rank(known) if len(lines) else 0
        for at, g in enumerate(groups):
            for i in np.flatnonzero(told.hidden[g]):
                unit = np.eye(len(groups) * r)[at * r + i]
                assert np.linalg.matrix_rank(np.vstack([known, unit])) == rank + 1
            secret = told.hidden[g] & (np.nan_to_num(told.effective[g]) > 0)
            if secret.any() and not told.withheld[g]:
                assert told.tally.rated[g][secret].sum() >= least[secret].max()
            few = (least > 0) & (told.tally.rated[g] > 0) & (told.tally.rated[g] < least)
            assert (told.hidden[g] | ~few).all()
    assert not told.hidden[:, least == 0].any()
    assert np.isnan(shown["score"][shown["note"] != ""]).all()


@given(surveys(), rules(), AUDIENCES, st.booleans())
def test_explanations_make_the_same_bits(drawn, by, audience, lenient):
    given_ = read(*drawn)
    told = ck.consolidate(rating.leniency(given_) if lenient else given_, by, audience)
    for node in told.org.ids.tolist():
        for item in "ab":
            for quantity in ("score", *told.relations):
                why = ck.explain(told, node, item=item, period="1", quantity=quantity)
                assert str(why.evaluate()) == str(why.value)
        why = ck.explain(told, node, period="1")
        assert str(why.evaluate()) == str(why.value)
        columns = (told.totals()[c].tolist() for c in ("node", "period", "overall"))
        mine = [v for n, p, v in zip(*columns, strict=True) if (n, p) == (node, "1")]
        assert str(why.value) == str((mine or [float("nan")])[0])


@given(surveys())
def test_corrected_ratings_stay_on_the_scale_and_keep_their_mean(drawn):
    given_ = read(*drawn)
    lenient = rating.leniency(given_)
    before, after = given_.values, lenient.values
    assert np.array_equal(np.isnan(before), np.isnan(after))
    there = ~np.isnan(before)
    assert ((after[there] >= 1) & (after[there] <= 5)).all()
    assert after[there].sum() == pytest.approx(before[there].sum(), abs=1e-9)
    fit, seats = lenient.fit, lenient._seats
    for c in range(lenient.components):
        mine = seats.at[fit.component[seats.seat] == c]
        assert after[mine].sum() == pytest.approx(before[mine].sum(), abs=4e-12 * len(mine))
        weighed = (fit.effect * fit.counts)[fit.component == c]
        assert weighed.sum() == pytest.approx(0, abs=1e-9)
    assert ((lenient.reliability >= 0) & (lenient.reliability <= 1)).all()


@given(surveys(), st.sampled_from([-0.5, 0.25, 1.0]))
def test_a_rater_who_gives_more_to_all_is_more_lenient_by_as_much(drawn, more):
    org, records = drawn
    wide = rating.Scale(-9, 19, step=None)

    def effects(table):
        ratings = ck.Ratings.from_table(
            table, org, scale=wide, items=["a", "b"], periods=["1", "2"], outside="customer"
        )
        return rating.leniency(ratings).fit

    moved = [
        {**r, "value": r["value"] + more} if r["rater"] == "p1" and r["value"] is not None else r
        for r in records
    ]
    one, two = effects(records), effects(moved)
    seats = rating.leniency(read(org, records)).table()
    for c in range(int(one.component.max(initial=-1)) + 1):
        mine = one.component == c
        shift = np.where(seats["rater"] == "p1", more, 0.0)[mine]
        shift -= (shift * one.counts[mine]).sum() / one.counts[mine].sum()
        assert two.effect[mine] - one.effect[mine] == pytest.approx(shift, abs=1e-8)


@given(surveys(), rules())
def test_ratings_and_rules_are_records(drawn, by):
    given_ = read(*drawn)
    assert ck.from_json(ck.to_json(given_)) == given_
    assert ck.from_json(ck.to_json(by)) == by
    columns = {name: values.tolist() for name, values in given_.table().items()}
    again = ck.Ratings.from_table(
        some.shuffled(columns, range(len(given_))[::-1]),
        given_.org, scale=SCALE, items=["a", "b"], periods=["1", "2"], outside="customer",
    )  # fmt: skip
    assert again == given_
