"""What is wrong in a standard, said to whoever writes it: what, and what to do."""

from typing import Any

from django.utils.translation import gettext as _

from occupations.rules import PERCENT, SKILL, Fault


def fault_words(fault: Fault, labels: dict[int, str]) -> str:
    """Return the sentence of a fault; ``labels`` are those of the levels by rank."""
    level = labels.get(fault.rank, str(fault.rank))
    column = _("理论知识") if fault.column == "theory" else _("技能要求")
    words = {
        "no_begin": _("填上生效日期，例如 2026-01-01。"),
        "ends_before_it_begins": _("失效日期要晚于生效日期。"),
        "no_level": _("至少要有一个等级。"),
        "no_requirement": _("{level}还没有要求，在“工作要求”里写上，或者去掉这一级。").format(level=level),
        "column": _("{level}的“{column}”一列加起来是 {total}，要正好 {percent}。{hint}改好再发布。").format(
            level=level,
            column=column,
            total=fault.total,
            percent=PERCENT,
            hint=_("多了 {n}，").format(n=fault.total - PERCENT)
            if fault.total > PERCENT
            else _("还差 {n}，").format(n=PERCENT - fault.total),
        ),
        "no_hours": _("{level}填上培训学时。").format(level=level),
        "no_task": _("{level}的职业功能 {where} 下面还没有工作内容。").format(level=level, where=fault.where),
        "no_skill": _("{level}的 {where} 缺技能要求，至少写一条。").format(level=level, where=fault.where),
        "no_knowledge": _("{level}的 {where} 缺相关知识要求，至少写一条。").format(
            level=level, where=fault.where
        ),
    }
    return words[fault.code]


def fact_words(key: str, fact: Any, labels: dict[int, str]) -> str:
    """Return a single fact of a standard (a key and value of :func:`occupations.rules.facts`) as a person reads it."""
    what, _slash, rest = key.partition("/")
    if what == "head":
        return str(fact) if not isinstance(fact, bool) else (_("示例") if fact else _("国家公布"))
    if what == "level":
        hours, teacher = fact
        level = labels[int(rest)]
        return _("{level}：培训 {hours} 学时，教的人至少是{teacher}").format(
            level=level, hours=hours, teacher=labels[teacher.rank]
        )
    if what == "requirement":
        rank, kind, code = rest.split("/")
        words = _("技能要求") if kind == SKILL else _("相关知识要求")
        function, task, is_hazardous, text = fact
        danger = _("，有危险") if is_hazardous else ""
        return f"{labels[int(rank)]} {words} {code}（{function}，{task}{danger}）：{text}"
    if what == "weight":
        shares = "；".join(f"{labels[rank]} {' / '.join(map(str, pair))}" for rank, pair in fact.items())
        return f"{rest}：{shares}"
    kind, _slash, number = rest.partition("/")
    return f"{_('职业道德') if kind == 'ethics' else _('基础知识')} {number}：{fact}"
