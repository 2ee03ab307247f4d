"""The page in a real browser, on a wide screen, on a phone and on paper."""

import pytest

import cascade_kpi as ck
from tests.alignment.case import aligned
from tests.moving.cases import LEAVES, MOVES, year
from tests.reporting import browser
from tests.reporting.case import plan
from tests.sweeping.case import card, results

PATH = browser.find()
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(PATH is None, reason="no Chromium or Chrome is installed"),
]

WIDE, PHONE = 1280, 390
# What sticks out of the page to the right, unless it lies in a box that scrolls by itself.
STICKING_OUT = """width =>
[...document.querySelectorAll('body *')]
  .filter(e => !e.closest('.scroll') && !e.closest('.unseen') && !e.closest('.key'))
  .filter(e => e.getBoundingClientRect().right > width + 1)
  .map(e => e.tagName + '.' + e.className + ': ' + e.textContent.slice(0, 40))
"""
OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true })"


@pytest.fixture(scope="module")
def tab():
    with browser.tab(PATH) as opened:
        yield opened


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    words = {
        "company": "<script>document.title = 'run'</script>",
        "team": "A team with quite a long name that has to be broken somewhere",
        "member": "Nameofapersonwithoutanyspacesthatislongerthanthephoneiswideandmore",
        "sum": "revenue from customers in contract",
        "grade": "meets every expectation",
        "unit": "customers per thousand inhabitants",
    }
    path = tmp_path_factory.mktemp("report") / "report.html"
    return ck.report(plan(words, teams=4), title="A report").save(path).as_uri()


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_the_page_loads_quietly_from_nowhere_else(tab, page, width):
    tab.open(page, width, mobile=width == PHONE)
    assert tab.evaluate("document.title") == "A report"
    assert tab.told("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded") == []
    asked = [told["request"]["url"] for told in tab.told("Network.requestWillBeSent")]
    assert [url for url in asked if not url.startswith("data:")] == [page]


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_nothing_sticks_out_sideways(tab, page, width):
    tab.open(page, width, mobile=width == PHONE)
    for _ in range(2):  # as it opens, and with every fold open
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.evaluate(f"({STICKING_OUT})({width})") == []
        tab.evaluate(OPEN_ALL)


def test_a_phone_gets_readable_text(tab, page):
    tab.open(page, PHONE, mobile=True)
    assert tab.evaluate("innerWidth") == PHONE  # not a page shrunk to fit
    small = """[...document.querySelectorAll('main p, main td, main th, main dd, main summary')]
      .filter(e => e.textContent.trim() && parseFloat(getComputedStyle(e).fontSize) < 11)
      .map(e => e.className + e.textContent.slice(0, 30))"""
    assert tab.evaluate(small) == []


def test_no_script_of_the_page_could_run(tab, page):
    tab.open(page, WIDE)
    tab.evaluate(
        "document.body.append(Object.assign(document.createElement('script'),"
        "{textContent: 'document.title = \"run\"'}))"
    )
    assert tab.evaluate("document.title") == "A report"


def test_folds_are_open_on_paper(tab, page):
    tab.open(page, WIDE)
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = false })")
    inside = "document.querySelector('.tree li li li bdi').checkVisibility()"
    assert tab.evaluate(inside) is False
    tab.call("Emulation.setEmulatedMedia", media="print")
    assert tab.evaluate(inside) is True
    tab.call("Emulation.setEmulatedMedia", media="")


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_a_strategy_map_fits_the_screen_and_its_text_the_boxes(tab, tmp_path, width):
    found = aligned()
    path = ck.report(found).save(tmp_path / "map.html").as_uri()
    tab.open(path, width, mobile=width == PHONE)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    maps = "[...document.querySelectorAll('.map')]"
    shown = f"{maps}.filter(m => m.clientHeight).map(m => m.className)"
    assert tab.evaluate(shown) == ["map wide" if width == WIDE else "map narrow outline"]
    outside = """[...document.querySelectorAll('.map .goal')].filter(g => g.getClientRects().length)
      .flatMap(g => { const box = g.querySelector('rect').getBoundingClientRect();
        return [...g.querySelectorAll('text')].map(t => [t, t.getBoundingClientRect(), box]) })
      .filter(([t, r, b]) => r.right > b.right || r.bottom > b.bottom || r.top < b.top)
      .map(([t]) => t.textContent)"""
    assert tab.evaluate(outside) == []


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_timelines_keep_their_labels_within_the_page(tab, tmp_path, width):
    stage = ck.move(year(), MOVES, by=ck.moves.FollowsPost(), leaves=LEAVES)
    path = ck.report(stage).save(tmp_path / "moves.html").as_uri()
    tab.open(path, width, mobile=width == PHONE)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate(f"({STICKING_OUT})({width})") == []
    drawn = "[...document.querySelectorAll('.strands svg.timeline')]"
    assert tab.evaluate(f"{drawn}.length") > 6
    outside = f"""{drawn}.flatMap(svg => [...svg.querySelectorAll('text.in')]
      .filter(t => t.getBoundingClientRect().right > svg.getBoundingClientRect().right + 1)
      .map(t => t.textContent))"""
    assert tab.evaluate(outside) == []


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_ranges_of_a_sweep_stay_within_the_page(tab, tmp_path, width):
    base = ck.score(results(), card())
    long = {"a curve with quite a long name" * 3: ck.curves.Linear(50)}
    grid = ck.Variants.grid(base.scorecard, {"sales.curve": long, "sales.weight.shop": [20, 90]})
    path = ck.report(ck.sweep(base, grid)).save(tmp_path / "sweep.html").as_uri()
    tab.open(path, width, mobile=width == PHONE)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate(f"({STICKING_OUT})({width})") == []
    drawn = "[...document.querySelectorAll('svg.swept, .ranges svg.axis')]"
    assert tab.evaluate(f"{drawn}.length") == 30
    outside = f"""{drawn}.flatMap(svg => [...svg.querySelectorAll('line, circle, text')]
      .filter(t => t.getBoundingClientRect().right > svg.getBoundingClientRect().right + 1))"""
    assert tab.evaluate(f"{outside}.length") == 0
