"""Totals in Chinese sentences, in the terms of the field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cascade_kpi._text import plain
from cascade_kpi.reporting.telling.chinese_curves import CURVES
from cascade_kpi.reporting.telling.language import Language, Say
from cascade_kpi.scoring import absences, adjustments, attainments, combines, triggers

__all__ = ["CHINESE"]

_PHRASES = {
    "root": "总分",
    "total": "{who}在{period}期间的总分为{total}分。",
    "total_absent": "{who}在{period}期间没有总分。",
    "total_withheld": "{who}在{period}期间的总分不予显示：由它可以推算出您无权查看的多人评分。",
    "graded": "绩效等级为{grade}。",
    "graded_rounded": "定级时保留{decimals}位小数，按{rounded}分计，绩效等级为{grade}。",
    "next_grade": "{grade}等的起点为{edge}分，还差{more}分。",
    "highest_grade": "已是最高等级。",
    "blended": "总分由以下部分合成：{parts}。",
    "blend_own": "本人得分{own}分，占比{share}，计{brings}分",
    "blend_part": "{unit}得分{total}分，占比{share}，计{brings}分",
    "bounded": "另有限制（{rule}）：{change}分，变为{after}分。",
    "coefficient": "{who}在{period}期间的绩效系数为{coefficient}。",
    "multiplied": "总分等于本人得分{own}分乘以{unit}的绩效系数{coefficient}（等级{unit_grade}），"
    "得{product}分。",
    "multiplied_own": "结果等于个人绩效系数{own}（等级{grade}）乘以{unit}的绩效系数{coefficient}"
    "（等级{unit_grade}），得{product}。",
    "not_multiplied": "{who}在{period}期间不适用部门绩效系数。",
    "calibrated": "仅按总分应为{scored}，按强制分布校准后为{grade}。",
    "decided": "仅按总分应为{scored}，经绩效校准会议决定为{grade}。",
    "own_total": "本人得分的计算如下。",
    "over_stints": "总分为各任职时段得分按天数、岗位份额和岗位权重的加权平均：{parts}。",
    "stint_part": "{stint}得{total}分，占{weight}",
    "stint": "{post}（{start}至{end}）",
    "stint_opens": "任职时段{stint}：",
    "stints_left_out": "未计入的时段：{stints}。",
    "stint_left_out": "{stint}，{why}",
    "nothing_to_score": "没有可计分的内容",
    "too_few_days": "在岗计分{days}天，少于{least}天",
    "no_day_counts": "没有计分的天数",
    "post_without_weight": "岗位权重为零",
    "section": "{section}{how}，包括：{parts}。",
    "part_weighed": "{part}（权重{weight}）",
    "part_alone": "{part}",
    "not_scored": "{section}没有设置权重，不计分。",
    "section_withheld": "{section}的得分不予显示：由它可以推算出不公开的评分。",
    "nothing_there": "{section}各项均无得分，因此没有分值。",
    "held": "{section}缺失的内容过多，没有分值；缺失处理规则：{policy}。",
    "together": "以上合计，{section}为{value}分。",
    "item": "{item}（{period}）：目标值{target}，实际值{result}。",
    "no_result": "{item}（{period}）：没有上报实际值，目标值{target}。",
    "no_target": "{item}（{period}）：实际值{result}，没有目标值。",
    "neither": "{item}（{period}）：既没有实际值，也没有目标值。",
    "attained": "完成率{attained}。",
    "attained_by": "完成率{attained}（计算方法：{rule}）。",
    "apart": "优于目标值的部分计为{difference}。",
    "rated": "{item}（{period}）：多人评分的综合结果为{score}。",
    "not_rated": "{item}（{period}）：没有有效评分。",
    "relations": "各评价关系的评分：{means}。",
    "relation_mean": "{relation}{mean}",
    "relation_hidden": "{relation}不公开",
    "withheld": "{item}：多人评分不予公开，得分也不显示。",
    "own_rule": "{item}：按自定义规则（{rule}）计{points}分。",
    "scored": "计分规则：{curve}。得{points}分。",
    "unscored": "{item}没有得分。",
    "beside": "该项不占权重，对{section}的影响见下文。",
    "gated": "因{when}，触发封顶：最多计{most}分，由{before}分降为{after}分。",
    "left_out": "该项缺失，不计入；缺失处理规则：{policy}。",
    "filled": "该项缺失，按缺失处理规则（{policy}）计{points}分。",
    "contributes": "得分{points}分，有效权重{effective}，对{section}贡献{contribution}分。",
    "adds": "为{section}增加{contribution}分。",
    "stepped": "{rule}：{change}分，变为{after}分。",
    "idle": "{rule}：没有影响。",
    "vetoed": "因{when}，触发一票否决：最多计{most}分，{change}分，变为{after}分。",
    "spared": "未因一票否决扣分（条件：{when}；触发后最多{most}分）。",
    "gate_open": "未因封顶条件扣分（条件：{when}；触发后最多{most}分）。",
    "lost_most": "不计封顶和调整，与各项都达到目标值相比，总分失分最多的是：{items}。",
    "loss": "{item}失{lost}分",
    "no_loss": "不计封顶和调整，各项都没有因未达目标值而失分。",
    "shown": "分数显示到{decimals}位小数，合计时不先取整。",
    "piece_at": "恰在{x}处，计{y}分",
    "piece_below": "落在计分曲线{x}以下的一段",
    "piece_above": "落在计分曲线{x}以上的一段",
    "piece_level": "{x0}至{x1}之间均计{y}分",
    "piece_line": "{x0}计{y0}分，{x1}计{y1}分，其间按直线插值",
    "piece_curve": "{x0}计{y0}分，{x1}计{y1}分，其间按曲线过渡",
}


def _listed(words: list[str]) -> str:
    return "、".join(words)


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else plain(value)


def _within(rule: adjustments.Within, _: Say) -> str:
    ends = [] if rule.low is None else [f"最低{rule.low:g}分"]
    ends += [] if rule.high is None else [f"最高{rule.high:g}分"]
    return "、".join(ends) or "不设上下限"


def _goalposts(rule: attainments.Goalposts, _: Say) -> str:
    told = f"从最差值{_number(rule.worst)}到最优值{_number(rule.best)}所处的位置"
    return told + ("，按对数计" if rule.scale == "logarithm" else "")


def _geometric(rule: combines.Geometric, _: Say) -> str:
    least = f"（各项最低按{rule.least:g}分计）" if rule.least else ""
    return f"按权重取几何平均{least}"


_RULES: dict[type, Callable[[Any, Say], str]] = {
    combines.Mean: lambda _, __: "按权重加权平均",
    combines.Geometric: _geometric,
    combines.Weakest: lambda _, __: "取各项中的最低分",
    combines.Sum: lambda _, __: "为各项得分之和",
    absences.Renormalise: lambda _, __: "其权重由其他项分摊",
    absences.Neutral: lambda rule, _: f"按{rule.points:g}分计",
    absences.Zero: lambda _, __: "按零分计",
    absences.Parents: lambda _, __: "取上级单位该项的得分",
    absences.Hold: lambda _, __: "暂不计总分",
    absences.Refuse: lambda _, __: "不予计分",
    absences.AtMost: lambda rule, say: (
        f"{say(rule.then)}；缺失权重超过{100 * rule.share:g} %时不计分"
    ),
    absences.AtMostItems: lambda rule, say: (
        f"{say(rule.then)}；各级缺失指标的权重合计超过{100 * rule.share:g} %时不计分"
    ),
    triggers.AttainmentBelow: lambda rule, _: f"{rule.item}完成率低于{100 * rule.level:g} %",
    triggers.PointsBelow: lambda rule, _: f"{rule.part}得分低于{rule.level:g}分",
    triggers.ResultBelow: lambda rule, _: f"{rule.kpi}低于{plain(rule.level)}",
    triggers.ResultAtLeast: lambda rule, _: f"{rule.kpi}达到或超过{plain(rule.level)}",
    triggers.AnyOf: lambda rule, say: "或".join(say(each) for each in rule.triggers),
    triggers.AllOf: lambda rule, say: "且".join(say(each) for each in rule.triggers),
    adjustments.Add: lambda rule, _: f"加减分项“{rule.part.name}”计入",
    adjustments.Multiply: lambda rule, _: f"乘以系数“{rule.part.name}”",
    adjustments.Scale: lambda rule, _: f"乘以“{rule.column}”",
    adjustments.Within: _within,
    attainments.Proportion: lambda _, __: "实际值与目标值之比",
    attainments.Progress: lambda rule, _: f"从基期值{_number(rule.baseline)}到目标值已走过的比例",
    attainments.Quotient: lambda rule, _: (
        f"实际值除以目标值，越小越好时为目标值除以实际值，最高{rule.most:g}"
    ),
    attainments.Improvement: lambda rule, _: f"比基期值{_number(rule.baseline)}改善的比例",
    attainments.Goalposts: _goalposts,
    attainments.Result: lambda _, __: "实际值本身",
    attainments.Difference: lambda _, __: "优于目标值的差额",
    attainments.Rounded: lambda rule, say: f"{say(rule.of)}，保留{rule.decimals}位小数",
}

CHINESE = Language(name="zh", phrases=_PHRASES, curves=CURVES, rules=_RULES, listed=_listed, gap="")
"""Chinese, in simplified characters."""
