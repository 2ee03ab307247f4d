"""The page of scores over stints."""

import pytest

import cascade_kpi as ck
from cascade_kpi import moves
from tests.exposing.test_score_stints import CARD, judged
from tests.helpers import org, refused
from tests.moving.cases import LEAVES, held, year
from tests.moving.test_credit import UNITS, moved


def shown(stage=None, **options):
    return ck.report(stage or judged(), **options)


def lines(text, section):
    part = next(each for each in text.split("## ") if each.startswith(section))
    rows = [line for line in part.splitlines() if line.startswith("| ")][2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_totals_stand_from_the_lowest_and_who_has_none_last():
    text = shown().markdown()
    told = lines(text, "Totals")
    assert [row[0] for row in told] == ["bo", "cy", "li", "di"]
    assert told[0] == ["bo", "1", "65.36", "B"]
    assert told[-1] == ["di", "0", "–", "–"]
    assert "# Scores over stints, 2026" in text
    assert "3 of 4 people have a total, 1 of them over several stints." in text
    assert "4 stints count; 1 stint left out" in text
    assert "1 person without a stint that counts" in text


def test_stints_of_people_with_several_come_first_with_days_parts_and_who_led_them():
    tree_stints = held(
        ("bo", "bob", "2026-01-01", ""), ("li", "ann", "2026-01-01", "2026-06-30"),
        ("li", "cid", "2026-07-01", ""), ("gao", "west", "2026-07-01", ""),
    )  # fmt: skip
    done = ck.credit(
        ck.move(year(), tree_stints, by=moves.FollowsPost()),
        {"node": ["bob"], "kpi": ["sales"], "value": [365]},
    )
    told = lines(shown(ck.score_stints(done, CARD)).markdown(), "Stint by stint")
    assert [row[0] for row in told] == ["gao", "li", "li", "bo"]
    assert told[2][:7] == ["li", "cid", "west", "gao", "2026-07-01", "2026-12-31", "184"]
    assert told[1][3] == "–"
    assert told[3][7:10] == ["1", "100.00", "100.0 %"]
    assert told[1][7:] == ["1", "–", "–", "nothing to score"]


def test_a_page_of_one_person_has_only_their_stints():
    report = shown(focus="li")
    text = report.markdown()
    assert (report.title, report.focus, report.period) == ("li, 2026", "li", "2026")
    assert [row[0] for row in lines(text, "Stint by stint")] == ["li", "li"]
    assert [row[9] for row in lines(text, "Stint by stint")] == ["49.6 %", "50.4 %"]
    assert "2026 · 1 person · 2 stints" in text
    assert "without a stint" not in text


def test_the_rules_are_told():
    text = shown(judged(stage=moved(leaves=LEAVES, units=UNITS), least_days=20)).markdown()
    assert "Posts weigh 1 each. Days of leave do not count." in text
    assert "from 20 days on" in text
    stays = moves.Cover(leave="holder")
    text = shown(judged(stage=moved(leaves=LEAVES, cover=stays))).markdown()
    assert "Days of leave count, as their targets stay" in text
    tree = org(weight=[2.0] * 6)
    stage = ck.move(year(tree=tree), held(("li", "ann", "2026-01-01", "")), by=moves.FollowsPost())
    done = ck.credit(stage, {"node": ["ann"], "kpi": ["sales"], "value": [1]})
    text = shown(ck.score_stints(done, CARD, post_weight="weight")).markdown()
    assert "Posts weigh what the column weight says" in text
    assert lines(text, "Stint by stint")[0][7] == "2"


def test_what_is_left_out_is_said():
    report = shown(limits=ck.Limits(rows=1))
    assert report.markdown().count("… and 3 rows more.") == 1
    assert report.markdown().count("… and 4 rows more.") == 1
    assert "… and 4 rows more." in report.html()


def test_an_unknown_person_or_period_is_refused():
    assert refused(shown, focus="nobody")
    assert refused(shown, period="2027")


@pytest.mark.parametrize("evil", ["<script>x</script>", "a&b|c"])
def test_names_are_escaped(evil):
    stints = held((evil, "ann", "2026-01-01", ""))
    done = ck.credit(
        ck.move(year(), stints, by=moves.FollowsPost()),
        {"node": ["ann"], "kpi": ["sales"], "value": [1]},
    )
    page = shown(ck.score_stints(done, CARD))
    assert evil not in page.html()
    assert evil not in page.markdown()


def test_tables_are_written_as_csv(tmp_path):
    stage = judged()
    ck.write_csv(stage, tmp_path / "stints.csv")
    ck.write_csv(stage.totals(), tmp_path / "totals.csv")
    read = (tmp_path / "totals.csv").read_text(encoding="utf-8-sig").splitlines()
    assert read[0] == "node,period,stints,total,grade"
    assert read[3].startswith("di,2026,0,,")
    assert "why_not" in (tmp_path / "stints.csv").read_text(encoding="utf-8-sig")
