"""Who is who: company, regions, branches, teams, people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cascade_kpi.demo.chance import around, whole

__all__ = ["COMPANY", "NEW_BRANCH", "units"]

COMPANY = "company"
NEW_BRANCH = "R3B5"
"""Opened in January: its sales of last year are those of a pilot."""

_REGIONS = {
    "North Lakes": ("Luobei", "Hengpo", "Tanxi", "Yuegang"),
    "River Delta": ("Shuimen", "Qiaowan", "Lianzhou", "Nanpu"),
    "West Hills": ("Shiyan", "Muchang", "Guling", "Taoping", "Xinkai"),
    "Central Plain": ("Maicheng", "Dayuan", "Zhonghe"),
}
_FAMILY = """\
Bai Cai Chen Deng Ding Dong Du Fan Fang Feng Gao Gu Guo Han He Hu Huang Jiang Jin Kang
Lei Li Liang Lin Liu Lu Luo Ma Meng Pan Peng Qian Qin Ren Shao Shen Shi Song Su Sun Tan
Tang Tian Wang Wei Wu Xia Xie Xu Xue Yan Yang Yao Ye Yu Yuan Zhang Zhao Zheng Zhou Zhu
"""
_GIVEN = """\
An Bo Chang Chun Fei Gang Hai Hao Hong Hui Jia Jian Jing Juan Jun Kai Lan Lei Li Lin
Ling Mei Min Ming Na Ning Ping Qing Rui Shan Shu Tao Ting Wei Wen Xia Xin Yan Yi Ying
Yong Yu Yue Yun Zhen Zhi
"""

Unit = tuple[str, str | None, str, str, int | None]


def units() -> dict[str, list[Any]]:
    """The table of units, one row a node: parents before children.

    Returns
    -------
    dict of columns
        ``id``, ``parent``, ``kind``, ``name``, and ``last_year``: revenue of the
        year before in CNY, for people only; it is what next year's goal is split by.
    """
    columns = ("id", "parent", "kind", "name", "last_year")
    rows = list(_units())
    return dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))


def _units() -> Iterator[Unit]:
    people = _people()
    yield COMPANY, None, "company", "Yunqiao Mobile", None
    for r, (region, branches) in enumerate(_REGIONS.items(), start=1):
        yield f"R{r}", COMPANY, "region", region, None
        for b, branch in enumerate(branches, start=1):
            yield from _branch(people, f"R{r}", f"R{r}B{b}", branch)


def _branch(people: Iterator[tuple[str, str]], region: str, id_: str, name: str) -> Iterator[Unit]:
    yield id_, region, "branch", name, None
    # Those who look after key accounts belong to no team.
    yield from _persons(people, id_, whole(0, 3, "key accounts", id_))
    for t in range(1, whole(3, 5, "teams", id_) + 1):
        team = f"{id_}T{t}"
        yield team, id_, "team", f"{name} team {t}", None
        yield from _persons(people, team, whole(4, 9, "people", team))


def _persons(people: Iterator[tuple[str, str]], parent: str, count: int) -> Iterator[Unit]:
    for _ in range(count):
        id_, name = next(people)
        sold = around(2_400_000.0, 500_000.0, "last year", id_)
        pilot = 0.4 if parent.startswith(NEW_BRANCH) else 1.0
        yield id_, parent, "person", name, round(sold * pilot / 100.0) * 100


def _people() -> Iterator[tuple[str, str]]:
    """Ids and names of people, no name twice."""
    family, given = _FAMILY.split(), _GIVEN.split()
    # 61 family and 46 given names have no common divisor: stepping through both at
    # once meets all 2,806 pairs before the first comes again.
    for i in range(len(family) * len(given)):
        yield f"P{i + 1:04d}", f"{family[i * 7 % len(family)]} {given[i * 5 % len(given)]}"
