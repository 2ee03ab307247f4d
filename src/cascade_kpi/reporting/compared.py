"""The page of a comparison: two rules over everybody, and who gains and loses by it."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cascade_kpi._long import Columns
from cascade_kpi.comparing.compare import Comparison
from cascade_kpi.comparing.standings import scores_behind
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import Cell, data_table, name
from cascade_kpi.reporting.clouds import MOST_DOTS, bin_edges, cloud, histogram, histogram_axis
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.page import Page, Section
from cascade_kpi.reporting.sheets import Notes, Sheet
from cascade_kpi.reporting.wording import count, listed, points, signed

__all__ = ["comparison_page"]

_DARKEST = 62
_NONE = "not scored"
_UNNAMED = "none stated"


def comparison_page(compared: Comparison, p: int, limits: Limits, title: str) -> Page:
    """All that a comparison comes to in one period."""
    label = compared.periods.labels[p]
    people = count(int(compared.people.sum()), "person", "people")
    sections: list[tuple[str, str, tuple[Section, ...]]] = [
        ("summary", "Summary", (Notes(_summary(compared, p)),)),
        ("ranks", "Who moves", (_Cloud.of(compared, p), _movers(compared, label, limits))),
    ]
    if len(compared.pools[0]) > 1:
        sections.append(("pools", "Agreement within pools", (_agreement(compared, label, limits),)))
    if compared.before.grades or compared.after.grades:
        sections.append(("grades", "Grades before and after", (_Transitions.of(compared, label),)))
    sections.append(("groups", "Who gains, who loses", (_Groups.of(compared, p, limits),)))
    if compared.pay is not None:
        sections.append(("costs", "What it costs", (_costs(compared, label, limits),)))
    sections.append(("how", "How it is found", (Notes(_how(compared)),)))
    return Page(title, f"{label} · {people}", tuple(sections), "Two rules compared")


def _of(table: Columns, label: str) -> Columns:
    """The rows of one period."""
    mine = table["period"] == label
    return {key: values[mine] for key, values in table.items()}


def _summary(compared: Comparison, p: int) -> tuple[str, ...]:
    label = compared.periods.labels[p]
    told = compared.people & ~np.isnan(compared.change[p])
    gains = compared.gains[p][told]
    up, down, same = (int((gains == way).sum()) for way in (1, -1, 0))
    if not told.any():
        notes = ["Nobody has a total on both sides."]
    else:
        counts = f"{up:,} gain, {down:,} lose, {same:,} keep their total"
        less = int(compared.people.sum() - told.sum())
        counts += f", {less:,} without a total on both sides" if less else ""
        mean = points(float(compared.change[p][told].mean()), 2, "+")
        notes = [f"{counts}; the mean change is {mean} {compared.unit}."]
    if compared.same_grades:
        moves = compared.grade_moves[p][compared.people]
        better, worse = int((moves > 0).sum()), int((moves < 0).sum())
        notes.append(f"{better:,} have a better grade after, {worse:,} a worse one.")
    table = _of(compared.agreement(), label)
    if len(table["pool"]) == 1 and not np.isnan(table["kendall"][0]):
        tau, rho = float(table["kendall"][0]), float(table["spearman"][0])
        notes.append(
            f"Agreement of the two orders: Kendall's tau-b {points(tau, 3)}, Spearman's "
            f"rank correlation {points(rho, 3)}, where 1 is the same order and −1 the opposite one."
        )
    if compared.pay is not None:
        cost = _of(compared.costs(), label)
        unit, decimals = compared.pay.unit, compared.pay.decimals
        before, after, more = (float(cost[key][-1]) for key in ("before", "after", "difference"))
        told_more = signed(more, unit, decimals)
        one, two = points(before, decimals), points(after, decimals)
        notes.append(f"It costs {one} {unit} before and {two} {unit} after: {told_more}.")
    return tuple(notes)


def _how(compared: Comparison) -> tuple[str, ...]:
    names = compared.pools[0]
    pools = "everybody together" if len(names) == 1 else f"{len(names):,} pools"
    kind = "without units below" if compared.kind is None else f"of the kind {compared.kind}"
    ranked = f"Compared are those {kind}, ranked within {pools} by their totals as they are"
    notes = [
        f"{ranked}; ties share the best place, and the places after it are left out.",
        "What differs by less than a billionth is no change.",
    ]
    if compared.pay is not None:
        notes.append(
            f"Pay: {compared.pay.words()}. Amounts are rounded to "
            f"{compared.pay.decimals} decimals for each person, and summed as whole numbers."
        )
    one, two = scores_behind(compared.before), scores_behind(compared.after)
    if one is not None and two is not None:
        same = one.results is two.results or one.results == two.results
        notes.append(f"Both sides are of {'the same' if same else 'different'} results.")
    return tuple(notes)


# ---------------------------------------------------------------------------- ranks


@frozen(eq=False)
class _Cloud:
    """Places before and after."""

    before: np.ndarray
    after: np.ndarray
    names: np.ndarray
    words: str

    @classmethod
    def of(cls, compared: Comparison, p: int) -> _Cloud:
        """Those who have a place on both sides, as shares of their pools."""
        codes = compared.pools[1]
        both = (compared.rank_before[p] > 0) & (compared.rank_after[p] > 0)
        size = np.bincount(codes[both], minlength=1)[codes[both]]
        ranks = compared.rank_before[p], compared.rank_after[p]
        sides = [np.clip((each[both] - 0.5) / size, 0.0, 1.0) for each in ranks]
        moved = int(np.count_nonzero(compared.rank_moves[p][both]))
        words = f"Places before and after: {moved:,} of {int(both.sum()):,} move"
        return cls(sides[0], sides[1], compared.org.labels[both], words)

    def html(self) -> list[Element]:
        """A cloud of dots."""
        if not len(self.before):
            return [el("p", "Nobody has a place on both sides.")]
        many = len(self.before) > MOST_DOTS
        lead = "The larger a dot, the more people are there" if many else "Everybody is a dot"
        lead += ", the first before at the left, the first after at the top. On the line nobody "
        lead += "moves; above it they gain places."
        return [el("p", lead, cls="note"), cloud(self.before, self.after, self.names, self.words)]

    def markdown(self) -> list[str]:
        """How many move."""
        return [md.text(f"{self.words}."), ""]


def _movers(compared: Comparison, label: str, limits: Limits) -> Sheet:
    table = compared.movers(limits.parts, label)
    moved = compared.people & (np.nan_to_num(compared.rank_moves) != 0)
    rows = []
    several = len(compared.pools[0]) > 1
    for i in range(len(table["node"])):
        places = int(table["places"][i])
        before, after = (points(float(table[key][i]), 2) for key in ("before", "after"))
        grades = [str(table[key][i]) or "–" for key in ("grade_before", "grade_after")]
        rows.append(
            (
                str(table["label"][i]),
                *([str(table["pool"][i]) or _UNNAMED] if several else []),
                f"{'▲' if places > 0 else '▼'} {abs(places):,}",
                f"{int(table['rank_before'][i]):,} → {int(table['rank_after'][i]):,}",
                f"{before} → {after}",
                points(float(table["change"][i]), 2, "+"),
                *([" → ".join(grades)] if compared.before.grades or compared.after.grades else []),
            )
        )
    heads = ["who", *(["pool"] if several else []), "places", "rank", "total", "change"]
    heads += ["grade"] if compared.before.grades or compared.after.grades else []
    first = 1 + several
    left = int(moved[compared.periods.index(label)].sum()) - len(rows)
    words = "The largest moves"
    numbers = tuple(range(first, first + 4))
    return Sheet(words, tuple(heads), tuple(rows), numbers, max(left, 0), "Nobody moves.")


def _agreement(compared: Comparison, label: str, limits: Limits) -> Sheet:
    table = _of(compared.agreement(), label)
    order = np.argsort(table["kendall"], kind="stable")
    rows = tuple(
        (
            str(table["pool"][i]) or _UNNAMED,
            f"{int(table['people'][i]):,}",
            points(float(table["kendall"][i]), 3),
            points(float(table["spearman"][i]), 3),
        )
        for i in order[: limits.rows].tolist()
    )
    heads = ("pool", "people", "Kendall's tau-b", "Spearman's correlation")
    words = "How far both orders agree, the least agreement first"
    return Sheet(words, heads, rows, (1, 2, 3), len(order) - len(rows), "")


# --------------------------------------------------------------------------- grades


@frozen(eq=False)
class _Transitions:
    """Grades before in rows, after in columns."""

    was: tuple[str, ...]
    now: tuple[str, ...]
    counts: np.ndarray
    same: bool

    @classmethod
    def of(cls, compared: Comparison, label: str) -> _Transitions:
        """The counts of one period."""
        was, now = (side.grades or () for side in (compared.before, compared.after))
        counts = compared.transitions(label)
        return cls((*was, _NONE), (*now, _NONE), counts, compared.same_grades)

    def html(self) -> list[Element]:
        """A heat table; in bold who keeps the grade."""
        # Who changes the grade are few beside who keeps it: each has a scale of its own.
        moved = self.counts - np.diag(np.diag(self.counts)) if self.same else self.counts
        most = max(float(self.counts.max()), 1.0), max(float(moved.max()), 1.0)
        rows: list[list[Cell]] = []
        for i, grade in enumerate(self.was):
            cells = [self._cell(i, j, most) for j in range(len(self.now))]
            rows.append([name(grade), *cells, el("b", f"{int(self.counts[i].sum()):,}")])
        sums = [el("b", f"{n:,}") for n in self.counts.sum(axis=0).tolist()]
        rows.append([el("b", "all"), *sums, el("b", f"{int(self.counts.sum()):,}")])
        heads = ["before \\ after", *self.now, "all"]
        words = "How many have which grade before and after"
        lead = "Rows are grades before, columns grades after; the diagonal keeps its grade. "
        lead += "Right of it grades fall, left of it they rise." if self.same else ""
        table = data_table(heads, rows, words=words, numbers=range(1, len(heads)))
        return [el("p", lead, cls="note"), el("div", table, cls="transitions")]

    def _cell(self, i: int, j: int, most: tuple[float, float]) -> Element:
        n = int(self.counts[i, j])
        heat = f"--heat:{_DARKEST * n / most[i != j]:.0f}%"
        way = ""
        if self.same and i != j and max(i, j) < len(self.was) - 1:
            way = " rise" if j < i else " fall"
        shown = f"{n:,}" if n else "·"
        inner = el("b", shown) if self.same and i == j else shown
        return el("span", inner, cls=f"heat{way}", style=heat)

    def markdown(self) -> list[str]:
        """The same counts."""
        rows = [
            [grade, *(f"{n:,}" for n in line.tolist()), f"{int(line.sum()):,}"]
            for grade, line in zip(self.was, self.counts, strict=True)
        ]
        sums = [f"{n:,}" for n in self.counts.sum(axis=0).tolist()]
        rows.append(["all", *sums, f"{int(self.counts.sum()):,}"])
        heads = ["before, after", *self.now, "all"]
        return md.table(heads, rows, range(1, len(heads)))


# --------------------------------------------------------------------------- groups


@frozen(eq=False)
class _Groups:
    """A row for each group, with the histogram of its changes."""

    table: Columns
    pictures: tuple[Element, ...]
    axis: Element
    graded: bool
    left: int

    @classmethod
    def of(cls, compared: Comparison, p: int, limits: Limits) -> _Groups:
        """The groups, the largest loss on average first."""
        table = _of(compared.by_group(), compared.periods.labels[p])
        order = np.argsort(table["mean_change"], kind="stable")
        shown = order[: limits.rows]
        codes, change = compared.groups[1], compared.change[p]
        told = compared.people & ~np.isnan(change)
        edges = bin_edges(change[told])
        pictures = []
        for g in shown.tolist():
            mine = told & (codes == g)
            up, down = int(table["up"][g]), int(table["down"][g])
            words = f"{table['group'][g] or _UNNAMED}: {down:,} lose, {up:,} gain"
            pictures.append(histogram(change[mine], compared.gains[p][mine], edges, words))
        picked = {key: values[shown] for key, values in table.items()}
        axis = histogram_axis(edges)
        return cls(picked, tuple(pictures), axis, compared.same_grades, len(order) - len(shown))

    @property
    def _heads(self) -> list[str]:
        heads = ["people", "lose", "the same", "gain", "mean change"]
        return [*heads, "grades ▼", "grades ▲"] if self.graded else heads

    def _row(self, i: int) -> list[str]:
        table = self.table
        counts = [f"{int(table[key][i]):,}" for key in ("people", "down", "same", "up")]
        cells = [*counts, points(float(table["mean_change"][i]), 2, "+")]
        if self.graded:
            cells += [f"{int(table[key][i]):,}" for key in ("grade_down", "grade_up")]
        return cells

    def _name(self, i: int) -> str:
        return str(self.table["group"][i]) or _UNNAMED

    def html(self) -> list[Element]:
        """A table with a histogram a group, all on one scale."""
        rows: list[list[Cell]] = [
            [name(self._name(i)), picture, *self._row(i)] for i, picture in enumerate(self.pictures)
        ]
        rows.append(["", self.axis, *[""] * len(self._heads)])
        heads = ["group", "changes", *self._heads]
        words = "Who gains and who loses, by group"
        numbers = range(2, len(heads))
        table = data_table(heads, rows, words=words, numbers=numbers, cls="stacks")
        more = [el("p", self._more, cls="note")] if self.left else []
        return [el("div", table, cls="gains"), *more]

    def markdown(self) -> list[str]:
        """The same numbers."""
        heads = ["group", *self._heads]
        rows = [[self._name(i), *self._row(i)] for i in range(len(self.pictures))]
        lines = md.table(heads, rows, range(1, len(heads)))
        return [*lines, self._more, ""] if self.left else lines

    @property
    def _more(self) -> str:
        return f"… and {count(self.left, 'group')} more."


def _costs(compared: Comparison, label: str, limits: Limits) -> Sheet:
    table, pay = _of(compared.costs(), label), compared.pay
    assert pay is not None  # noqa: S101 - asked with a pay only
    last = len(table["group"]) - 1
    rows = []
    shown = [*range(min(last, limits.rows)), last]
    for i in shown:
        amounts = [float(table[key][i]) for key in ("before", "after")]
        unpaid = [int(table[f"unpaid_{key}"][i]) for key in ("before", "after")]
        told = [f"{n:,} {when}" for n, when in zip(unpaid, ("before", "after"), strict=True) if n]
        rows.append(
            (
                "all" if i == last else str(table["group"][i]) or _UNNAMED,
                *(f"{points(each, pay.decimals)} {pay.unit}" for each in amounts),
                signed(float(table["difference"][i]), pay.unit, pay.decimals),
                listed(told) if told else "",
            )
        )
    heads = ("group", "before", "after", "difference", "not paid")
    return Sheet("What it costs", heads, tuple(rows), (1, 2, 3, 4), last - len(shown) + 1, "")
