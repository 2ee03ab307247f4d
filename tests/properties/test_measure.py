"""Results, what-if and periods taken together, against plain Python references."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.strategies.cycles import cases
from tests.strategies.trees import children_of

GONE = math.nan


def combined(values, aggregate):
    """One part of several reports, absent ones skipped, in the order given."""
    kind = aggregate.of if isinstance(aggregate, ck.aggregates.Last) else aggregate
    join = {ck.aggregates.Min: min, ck.aggregates.Max: max}.get(type(kind), float.__add__)
    total = GONE
    for value in values:
        if not math.isnan(value):
            total = value if math.isnan(total) else join(total, value)
    return total


def parts_of(aggregate, inputs):
    """Parts of one report, by the definitions."""
    kind = aggregate.of if isinstance(aggregate, ck.aggregates.Last) else aggregate
    if math.isnan(inputs[0]):
        return (GONE,) * (1 if type(kind).__name__ in ("Sum", "Min", "Max") else 2)
    if isinstance(kind, ck.aggregates.Mean):
        return inputs[0], 1.0
    if isinstance(kind, ck.aggregates.WeightedMean):
        return inputs[0] * inputs[1], inputs[1]
    if isinstance(kind, ck.aggregates.Ratio):
        return inputs[0] * kind.scale, inputs[1]
    return inputs


def value_of(parts):
    if len(parts) == 1:
        return parts[0]
    top, bottom = parts
    return GONE if bottom == 0 or math.isnan(bottom) else top / bottom


def reference(case, targets):
    """Per KPI: values (p, n), parts, coverage as [due, arrived] counts, and what is held back."""
    org, leaf = targets.org, targets.org.is_leaf.tolist()
    below, row_of = children_of(org), {i: row for row, i in enumerate(org.ids.tolist())}
    table = [dict(zip(case.actuals, row, strict=True)) for row in zip(*case.actuals.values())]  # noqa: B905 - columns of one table
    out = []
    for kpi in case.kpis:
        wanted, columns = targets.of(kpi.name), kpi.aggregate.inputs
        values, parts, counts, back = [], [], [], []
        for p, period in enumerate(case.periods):
            own = [(GONE,) * len(columns)] * len(org)
            for entry in table:
                if entry["kpi"] == kpi.name and entry["period"] == period:
                    own[row_of[entry["node"]]] = tuple(entry[column] for column in columns)
            arrived = [not math.isnan(inputs[0]) for inputs in own]
            if case.inner == "total":
                for row, parent in enumerate(org.parent.tolist()):
                    arrived[row] = arrived[row] or (parent >= 0 and arrived[parent])
            due = [leaf[row] and not math.isnan(wanted[p, row]) for row in range(len(org))]
            lost = [a and not b for a, b in zip(due, arrived, strict=True)]
            if case.missing == "zero":
                own = [
                    (0.0,) * len(columns) if gone else x for gone, x in zip(lost, own, strict=True)
                ]
            up, held = [None] * len(org), list(lost)
            tally = [[int(d), int(d and a)] for d, a in zip(due, arrived, strict=True)]
            for row in range(len(org) - 1, -1, -1):
                lines = [up[child] for child in below[row]] + [parts_of(kpi.aggregate, own[row])]
                up[row] = tuple(combined(line, kpi.aggregate) for line in zip(*lines, strict=True))
                for child in below[row]:
                    held[row] = held[row] or held[child]
                    tally[row][0] += tally[child][0]
                    tally[row][1] += tally[child][1]
            held = [gone and case.missing == "hold" for gone in held]
            values.append([GONE if gone else value_of(x) for gone, x in zip(held, up, strict=True)])
            back.append(held)
            parts.append(up)
            counts.append(tally)
        out.append((values, parts, counts, back))
    return out


@settings(max_examples=60)
@given(cases())
def test_results_and_coverage_are_those_of_a_plain_walk(case):
    results = case.results()
    for kpi, (values, _, counts, _) in zip(
        case.kpis, reference(case, results.targets), strict=True
    ):
        np.testing.assert_array_equal(results.of(kpi.name), values)
        shares = [[GONE if not d else a / d for d, a in line] for line in counts]
        np.testing.assert_array_equal(results.coverage(kpi.name), shares)


def replaced(table, node, kpi, period, columns, inputs):
    """The actuals table with one report replaced or added."""
    rows = [dict(zip(table, row, strict=True)) for row in zip(*table.values())]  # noqa: B905 - columns of one table
    rows = [r for r in rows if (r["node"], r["kpi"], r["period"]) != (node, kpi, period)]
    rows.append(
        {"node": node, "kpi": kpi, "period": period, **dict(zip(columns, inputs, strict=True))}
    )
    return {name: [row.get(name) for row in rows] for name in table}


@pytest.mark.parametrize("missing", ["renormalise", "zero", "hold"])
@settings(max_examples=60)
@given(data=st.data())
def test_what_if_has_the_bits_of_measuring_again(data, missing):
    case = data.draw(cases(missing=(missing,)))
    results = case.results()
    kpi = data.draw(st.sampled_from(case.kpis.items))
    period = data.draw(st.sampled_from(case.periods))
    node = data.draw(st.sampled_from(results.org.ids.tolist()))
    columns = kpi.aggregate.inputs
    inputs = data.draw(st.tuples(*[st.integers(0, 99).map(lambda x: x / 8)] * len(columns)))
    table = replaced(case.actuals, node, kpi.name, period, columns, inputs)
    try:
        again = ck.measure(results.targets, table, missing=case.missing, inner=case.inner)
    except ck.InputError:
        again = None
    try:
        change = results.what_if(node, kpi.name, *inputs, period=period)
    except ck.InputError:
        assert again is None
        return
    assert again is not None
    p, rows = case.periods.index(period), results.org.rows(change.nodes)
    assert change.nodes == tuple(reversed(results.org[node].path))
    for told, measured in ((change.before, results), (change.after, again)):
        expected = measured.of(kpi.name)[p, rows]
        assert np.array(told).tobytes() == expected.tobytes() or (
            np.array_equal(told, expected, equal_nan=True)
        )


def along(kpi, parts):
    """Parts of several periods taken together; `parts` is one tuple a period."""
    if isinstance(kpi.aggregate, ck.aggregates.Last):
        there = [part for part in parts if not math.isnan(part[-1])]
        return there[-1] if there else parts[0]
    return tuple(combined(line, kpi.aggregate) for line in zip(*parts, strict=True))


@settings(max_examples=60)
@given(cases())
def test_a_year_is_its_quarters_combined_as_each_kpi_aggregates(case):
    results = case.results()
    year = ck.over_periods(results, "year")
    assert year.periods.labels == ("year",)
    for kpi, (_, parts, _, back) in zip(case.kpis, reference(case, results.targets), strict=True):
        targets, measured = results.counted_target(kpi.name), results.of(kpi.name)
        if kpi.aggregate.makeup is ck.aggregates.Makeup.SUM and case.missing == "renormalise":
            never = np.isnan(measured).all(axis=0)
            targets = np.where(np.isnan(measured) & ~never, GONE, targets)
        for row in range(len(results.org)):
            together = along(kpi, [line[row] for line in parts])
            expected = GONE if any(line[row] for line in back) else value_of(together)
            np.testing.assert_array_equal(year.of(kpi.name)[0, row], expected)
            if len(together) == 1:
                wanted = along(kpi, [(t,) for t in targets[:, row].tolist()])
            else:
                volumes = [line[row][1] for line in parts]
                wanted = along(
                    kpi,
                    [
                        (GONE, GONE) if math.isnan(v) or math.isnan(t) else (t * v, v)
                        for t, v in zip(targets[:, row].tolist(), volumes, strict=True)
                    ],
                )
            np.testing.assert_array_equal(year.targets.of(kpi.name)[0, row], value_of(wanted))
        if len(results.periods) == 1 and len(parts[0][0]) == 1:
            np.testing.assert_array_equal(year.of(kpi.name), measured)
            np.testing.assert_array_equal(year.targets.of(kpi.name), targets)


@settings(max_examples=100)
@given(cases())
def test_what_is_counted_leaves_out_the_targets_of_what_was_not_reported(case):
    results = case.results()
    org = results.org
    for k, kpi in enumerate(case.kpis):
        whole, counted = results.targets.of(kpi.name), results.counted_target(kpi.name)
        adds = kpi.aggregate.makeup is ck.aggregates.Makeup.SUM and case.missing == "renormalise"
        for p in range(len(case.periods)):
            lost = results.due[k][p] & ~results.arrived[k][p]
            for row in range(len(org)):
                below = slice(row, row + int(org.size[row]))
                unreported = math.fsum(whole[p, below][lost[below]])
                if not adds or not unreported or math.isnan(results.of(kpi.name)[p, row]):
                    np.testing.assert_array_equal(counted[p, row], whole[p, row])
                else:
                    expected = whole[p, row] - unreported
                    size = np.nansum(np.abs(whole[p, below])) + abs(whole[p, row])
                    assert abs(counted[p, row] - expected) <= 1e-13 * size or math.isnan(expected)
