"""Answers as the components of the site want them: cards, facets, chips and what helps when nothing is found."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from search.analysis import Fragment
from search.engines import Sort
from search.queries import Answer, Choice, Result, Said, Suggestion
from search.question import Question

_FACETS = ("occupation", "level", "instructor")
_CHIPS = ("trade", *_FACETS)


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the page: what it says, where it leads, whether it is where one is, how many are there."""

    label: str
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Help:
    """What is said when nothing is found: a plain sentence, one thing to do, other ways."""

    title: str
    text: str
    datum: str
    url: str
    action: str
    chips: tuple[Link, ...]


def marked(pieces: Iterable[Fragment]) -> SafeString:
    """Return a text with the words asked for in ``<mark>``."""
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", p.text) if p.hit else p.text,) for p in pieces)
    )


def course_of(result: Result) -> dict[str, Any]:
    """Return a course as ``course_card`` takes it: its card as courses made it, with the words asked for marked."""
    return {
        **result.card,
        "title": marked(result.title),
        "url": result.url,
        "why": marked(result.snippet),
    }


def items_of(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Return the results of all kinds for a list, each with the name of its kind."""
    names = {
        "course": _("课程"),
        "lesson": _("课时"),
        "occupation": _("职业"),
        "instructor": _("师傅"),
    }
    return [
        {
            "type": result.type,
            "kind": names[result.type],
            "url": result.url,
            "title": marked(result.title),
            "snippet": marked(result.snippet) if result.snippet else result.summary,
            "card": result.card,
            "said": _said(result.said),
            "course": course_of(result) if result.type == "course" else None,
        }
        for result in results
    ]


def clock(ms: int) -> str:
    """
    Return a position in a video as its player shows it.

    >>> clock(65_999), clock(3_600_000)
    ('1:05', '1:00:00')
    """
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _said(said: Said | None) -> dict[str, Any] | None:
    return {"text": marked(said.text), "url": said.url, "at": clock(said.start_ms)} if said else None


def facets_of(answer: Answer) -> list[dict[str, Any]]:
    """Return the facets with something to choose, in their order."""
    names = {"occupation": _("职业"), "level": _("等级"), "instructor": _("师傅")}
    return [
        {"name": names[field], "choices": [_link(choice) for choice in answer.facets[field]]}
        for field in _FACETS
        if answer.facets.get(field)
    ]


def chosen_of(answer: Answer) -> list[Link]:
    """Return the filters that are set, each as a link that takes it away."""
    question = answer.question
    chips = [Link(f"“{question.q}”", question.asking("").address())] if question.q else []
    for field in _CHIPS:
        named = {choice.value: choice.name for choice in answer.facets.get(field, ())}
        chips += [
            Link(named.get(value, value), question.toggled(field, value).address())
            for value in question.values(field)
        ]
    return chips


def sorts_of(question: Question, own_occupation: str) -> list[Link]:
    """Return the orders of a list, and the way to the own trade for those who said which it is."""
    names = {Sort.RELEVANCE: _("合适"), Sort.NEW: _("新"), Sort.POPULAR: _("热")}
    links = [
        Link(name, question.ordered(sort).address(), sort == question.sort) for sort, name in names.items()
    ]
    if own_occupation:
        mine = question.only("occupation", own_occupation)
        links.insert(
            1, Link(_("我这一行"), mine.address(), question.values("occupation") == (own_occupation,))
        )
    return links


def tabs_of(answer: Answer) -> list[Link]:
    """Return the kinds of things as tabs with their counts."""
    question = answer.question
    kinds = answer.facets.get("type", ())
    whole = Link(
        _("全部"),
        question.only("type", "").address(),
        not question.values("type"),
        sum(choice.count for choice in kinds),
    )
    return [whole, *(_link(choice) for choice in kinds)]


def help_for(answer: Answer, trades: Iterable[Any], total_without_filters: int) -> Help:
    """Return what helps when nothing is found: the same words without filters, or the occupation that is meant."""
    question = answer.question
    found = list(trades)
    chips = tuple(
        Link(trade.name, replace(Question(), filters=(("occupation", trade.code),)).address())
        for trade in found
    )
    asked = _("没找到“%(q)s”。") % {"q": question.q} if question.q else _("这样筛下来没有课。")
    if total_without_filters:
        text = _("去掉筛选条件，有 %(n)s 个结果。") % {"n": total_without_filters}
        return Help(asked, text, _("0 个"), question.plain().address(), _("去掉筛选条件"), chips)
    text = _("是不是想找下面这些工种？") if chips else _("换个说法试试，或者少写几个字。")
    return Help(asked, text, _("0 个"), Question().address(), _("看全部"), chips)


def suggestion_rows(found: Iterable[Suggestion]) -> list[dict[str, Any]]:
    """Return suggestions for the list under the search box and for JSON."""
    names = {"course": _("课程"), "lesson": _("课时"), "occupation": _("职业"), "instructor": _("师傅")}
    return [
        {"type": s.type, "kind": names[s.type], "title": marked(s.title), "text": s.text, "url": s.url}
        for s in found
    ]


def _link(choice: Choice) -> Link:
    return Link(choice.name, choice.address, choice.is_chosen, choice.count)
