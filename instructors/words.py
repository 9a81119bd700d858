"""Who may teach what, in words."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instructors.rules import Entitled, Proof
from occupations.api import Teacher

TITLES = {"middle": gettext_lazy("中级职称"), "senior": gettext_lazy("高级职称")}
NOT_A_CERTIFICATE = {
    "form": gettext_lazy("证书编号是 22 位（Y 或 S 开头）；老的职业资格证书是 16 位数字。对着证书再看一遍。"),
    "year": gettext_lazy("22 位的证书编号从 2019 年才有。对着证书再看一遍年份。"),
}
Labels = Mapping[int, str]
"""The labels of the levels by rank."""


def rule_words(line: Entitled, labels: Labels) -> str:
    """Return what is asked for: “一级/高级技师满 2 年，或者高级职称”."""
    return _("市级以上荣誉，加上本级证书") if line.honour else _asked_words(line.asked, labels)


def proof_words(proof: Proof, labels: Labels) -> str:
    """Return what somebody holds: “一级/高级技师证书（2020 年）”."""
    what = TITLES[proof.title] if proof.title else labels.get(proof.rank or 0, "")
    forms = {
        "certificate": _("{what}证书（{year} 年）"),
        "appointment": _("单位评聘{what}（{year} 年）"),
        "title": _("{what}（{year} 年）"),
    }
    return forms[proof.kind].format(what=what, year=proof.since.year)


def answer_words(line: Entitled, labels: Labels) -> str:
    """Return the proof that answers what is asked for, with the honour it takes; empty without one."""
    if line.proof is None:
        return ""
    return "；".join(filter(None, (line.honour, proof_words(line.proof, labels))))


def missing_words(line: Entitled, labels: Labels) -> str:
    """Return what is missing: “要二级/技师，或者中级职称”; empty if nothing is."""
    if line.entitled:
        return ""
    words = _("要{rule}").format(rule=_asked_words(line.asked, labels))
    if line.years is not None and line.asked.years:
        words += _("（证书现在满 {n} 年）").format(n=line.years)
    return words


def _asked_words(asked: Teacher, labels: Labels) -> str:
    level = labels.get(asked.rank) or _("更高一级的证书")
    if asked.years:
        level = _("{level}满 {years} 年").format(level=level, years=asked.years)
    if not asked.title:
        return level
    return _("{level}，或者{title}").format(level=level, title=TITLES[asked.title])
