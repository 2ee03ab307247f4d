"""The embedded case: the same for ever, plausible, and run by way of its files."""

import os
import subprocess
import sys
import time
from collections import Counter

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import demo, records
from cascade_kpi.demo.chance import around, chance, whole
from cascade_kpi.demo.folder import FILES
from cascade_kpi.demo.run import STEPS

# Of the three tables as Python writes them. It changes if, and only if, the case does:
# then the tutorial and the screenshots that show its numbers change with it.
DIGEST = "c7c58174ec3be663b63c5693b56e8dd7a45a1abb1640cfda207d9a51d24e68c6"
PRINT_DIGEST = (
    "import hashlib; from cascade_kpi import demo; c = demo.case(); "
    "print(hashlib.sha256(repr((c.units, c.goals, c.actuals)).encode()).hexdigest())"
)


@pytest.fixture(scope="module")
def case():
    return demo.case()


@pytest.fixture(scope="module")
def org(case):
    return ck.OrgTree.from_table(case.units, kind="kind", label="name")


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The summary of one whole run, its folder, its steps and its seconds."""
    folder, steps = tmp_path_factory.mktemp("demo") / "out", []
    began = time.perf_counter()
    summary = demo.run(folder, progress=lambda step, text: steps.append((step, text)))
    return summary, folder, steps, time.perf_counter() - began


# -- the case ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_the_case_is_the_same_in_every_process(seed):
    done = subprocess.run(
        [sys.executable, "-c", PRINT_DIGEST],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == DIGEST


def test_chance_depends_on_its_key_alone_and_is_spread_evenly():
    values = np.array([chance("even", i) for i in range(4000)])
    assert values.min() >= 0
    assert values.max() < 1
    assert abs(values.mean() - 0.5) < 0.02
    assert chance("a", 1) == chance("a", 1) != chance("a", 2)
    assert Counter(whole(3, 5, "die", i) for i in range(900)).keys() == {3, 4, 5}
    bell = np.array([around(10.0, 2.0, "bell", i) for i in range(4000)])
    assert abs(bell.mean() - 10) < 0.1
    assert abs(bell.std() - 2) < 0.1
    assert np.abs(bell - 10).max() <= 7


def test_about_five_hundred_nodes_on_five_ragged_levels(case, org):
    assert 480 <= len(org) <= 520
    assert org.kind_names == ("company", "region", "branch", "person", "team")
    assert Counter(org.kinds.tolist())["region"] == 4
    people = org.select(kind="person")
    assert org.is_leaf[people].all()
    assert set(org.depth[people].tolist()) == {3, 4}  # key accounts belong to no team
    assert len(set(org.size[org.select(kind="team")].tolist())) > 3
    names = org.labels[people].tolist()
    assert len(set(names)) == len(names)
    assert len(set(case.units["id"])) == len(org)


def test_children_sum_to_their_parents_in_whole_lots(case, org):
    lots = ck.cascade(org, case.kpis, case.goals, periods=case.periods).lots_of("revenue")
    assert not lots.mask.any()
    below = np.zeros(lots.shape, dtype=np.int64)
    np.add.at(below.T, org.parent[1:], lots.data.T[1:])
    inner = ~org.is_leaf
    assert np.array_equal(below[:, inner], lots.data[:, inner])
    keys = zip(case.goals["node"], case.goals["kpi"], case.goals["period"], strict=True)
    stated = dict(zip(keys, case.goals["value"], strict=True))
    for node in ("company", "R3B5"):
        wanted = [stated[node, "revenue", period] // 1_000 for period in case.periods]
        assert lots.data[:, org.row(node)].tolist() == wanted
    assert (lots.data > 0).all()  # or the scorecard would meet a target of zero


def test_a_lower_goal_holds_in_the_new_branch_alone(case, org):
    share = ck.cascade(org, case.kpis, case.goals, periods=case.periods).of("market share")
    row, branches = org.row("R3B5"), org.select(kind="branch")
    below = np.isin(org.kinds, ["team", "person"])
    assert np.isnan(share[:, below]).all()  # it is surveyed by branch
    assert (share[:, row] < 0.5 * share[:, 0]).all()
    others = branches[branches != row]
    assert len(others) == 15
    assert (share[:, others] == share[:, [0]]).all()


def test_some_reports_are_missing_and_stay_visible(case, org):
    targets = ck.cascade(org, case.kpis, case.goals, periods=case.periods)
    results = ck.measure(targets, case.actuals)
    branches = org.select(kind="branch")
    gone = np.argwhere(np.isnan(results.of("market share")[:, branches])).tolist()
    assert [(results.periods.labels[p], org.ids[branches[b]]) for p, b in gone] == [
        ("2026Q3", "R4B2")
    ]
    absent = np.isnan(results.of("revenue")[:, org.select(kind="person")])
    assert 10 <= absent.sum() <= 30
    assert (results.coverage("revenue")[:, 0] > 0.95).all()
    assert (results.coverage("revenue")[:, 0] < 1).any()
    assert not np.isnan(results.of("revenue")[:, org.select(kind="team")]).any()


def test_market_share_is_on_the_cards_of_units_only(case, org):
    groups = case.scorecard.weights.groups
    assert {kind for kind, weights in groups.items() if "market share" in weights} == {
        "company",
        "region",
        "branch",
    }
    assert len({tuple(weights.items()) for weights in groups.values()}) == len(groups)


# -- the run -------------------------------------------------------------------------------


def test_a_run_takes_seconds_and_tells_each_step(ran):
    _, _, steps, seconds = ran
    assert seconds < 10
    assert [step for step, _ in steps] == list(range(1, STEPS + 1))
    assert all("\n" not in text for _, text in steps)


def test_a_run_leaves_its_files_and_the_inputs_read_back_equal(ran, case, org):
    summary, folder, _, _ = ran
    assert {path.name for path in folder.iterdir()} == {"about.txt", *FILES}
    assert [path.name for path in summary.files] == list(FILES)
    assert all(path.stat().st_size for path in summary.files)
    assert records.load(folder / "kpis.json") == case.kpis
    assert records.load(folder / "scorecard.json") == case.scorecard
    assert records.load(folder / "playbook.json") == case.playbook
    assert np.array_equal(summary.plan.org.ids, org.ids)
    targets = ck.cascade(org, case.kpis, case.goals, periods=case.periods)
    scores = ck.score(ck.measure(targets, case.actuals), case.scorecard)
    total = summary.plan.gaps.scores.total
    assert np.array_equal(total, scores.total, equal_nan=True)


def test_the_report_names_the_company_and_what_is_planned(ran):
    summary, folder, _, _ = ran
    for name in ("report.html", "report.md"):
        text = (folder / name).read_text(encoding="utf-8")
        assert summary.name in text
        assert "Two customer visits a week" in text


def test_a_second_run_writes_the_same_bytes(ran, tmp_path):
    _, folder, _, _ = ran
    demo.run(tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_the_summary_tells_the_plot(ran):
    summary = ran[0]
    assert summary.worst_region.label == "River Delta"
    text = summary.text()
    assert f"{summary.total:.1f} points, grade" in text
    assert "is from Qiaowan" in text
    for kpi in summary.year.kpis:
        (line,) = [line for line in text.splitlines() if line.startswith(kpi.name)]
        assert line.count(f" {kpi.unit}") >= 2
    split = summary.year.by_kpi(summary.worst_region.id)
    assert split.parts.sum() == pytest.approx(split.whole)
    assert f"{len(summary.plan)} actions" in text


def test_every_action_of_the_playbook_is_called_for_but_not_everywhere(ran, case):
    plan = ran[0].plan
    planned = Counter(row.action for row in plan)
    assert planned.keys() == {action.name for action in case.playbook.actions}
    assert len(plan) < len(plan.org) / 4


# -- other people's files ------------------------------------------------------------------


def test_files_that_no_demo_wrote_are_left_alone(tmp_path):
    (tmp_path / "units.csv").write_text("id,parent\n")
    with pytest.raises(ck.InputError, match=r"not the demo's: 'units\.csv'"):
        demo.run(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["units.csv"]
    assert (tmp_path / "units.csv").read_text() == "id,parent\n"


def test_a_folder_of_the_demo_with_something_else_in_it_is_refused(ran, tmp_path):
    (tmp_path / "about.txt").write_bytes((ran[1] / "about.txt").read_bytes())
    demo.run(tmp_path)  # marked as the demo's, and nothing else in it
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ck.InputError, match=r"thesis\.txt"):
        demo.run(tmp_path)
    demo.run(tmp_path, replace="any")
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize(
    ("name", "replace", "reason"),
    [("file", "own", "not a directory"), ("new", "all", "no such choice")],
)
def test_what_cannot_be_written_to_is_refused(tmp_path, name, replace, reason):
    (tmp_path / "file").write_text("a file")
    with pytest.raises(ck.InputError, match=reason):
        demo.run(tmp_path / name, replace=replace)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
