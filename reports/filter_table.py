"""A union's members by a filter as rows and columns: the same on the page, in the answer and in the command's."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.api import Person
from occupations import api as occupations
from reports.db.filters import age_bands
from reports.definitions import (
    MEAN,
    MEMBERS,
    ON_TARGET,
    ON_TARGET_RATE,
    PARTICIPANTS,
    PARTICIPATION_RATE,
    REGISTERED,
)
from reports.filters import FilterReport
from reports.models import Dimension
from reports.queries import StudyReport
from reports.rules import Figures
from reports.tables import as_dict, plain

FILTER_COLUMNS = (MEMBERS, REGISTERED, PARTICIPANTS, PARTICIPATION_RATE, MEAN, ON_TARGET, ON_TARGET_RATE)
"""Only of members: time booked by people who have left has no attribute here."""
STOCK = ("members", "registered", "participants", "with_goal", "on_target", "members_ms")


def dimension_name(dimension: str) -> str:
    """Return what people call a filter."""
    return {
        Dimension.OCCUPATION_GROUP: _("职业中类"),
        Dimension.LEVEL: _("技能等级"),
        Dimension.GENDER: _("性别"),
        Dimension.AGE_BAND: _("年龄段"),
        Dimension.MIGRANT: _("农民工"),
        Dimension.NEW_EMPLOYMENT: _("新就业形态"),
        Dimension.OCCUPATION_LEVEL: _("职业 × 等级"),
    }[Dimension(dimension)]


def value_names(report: FilterReport) -> dict[str, str]:
    """Return the name of each value; an attribute that nobody gave is called so."""
    values = [row.value for row in report.rows]
    missing = _("没填")
    match report.dimension:
        case Dimension.GENDER:
            names = {key: str(word) for key, word in Person.Gender.choices}
        case Dimension.MIGRANT | Dimension.NEW_EMPLOYMENT:
            names = {"yes": _("是"), "no": _("不是")}
        case Dimension.AGE_BAND:
            youngest, *middle, oldest = age_bands()
            names = {band: _("%(ages)s 岁") % {"ages": band.replace("-", "–")} for band in middle}
            names |= {
                youngest: _("%(age)s 岁和以下") % {"age": youngest[1:]},
                oldest: _("%(age)s 岁和以上") % {"age": oldest[:-1]},
            }
        case Dimension.LEVEL:
            names = {str(rank): label for rank, label in occupations.level_labels().items()}
        case Dimension.OCCUPATION_GROUP:
            names = occupations.group_names(values)
        case _:
            groups = occupations.group_names(value.partition("/")[0] for value in values)
            levels = {str(rank): label for rank, label in occupations.level_labels().items()}
            names = {}
            for value in values:
                group, _slash, level = value.partition("/")
                names[value] = f"{groups.get(group) or group or missing} · {levels.get(level) or missing}"
    return {value: (names.get(value) if value else missing) or value for value in values}


def filter_table(report: FilterReport) -> dict[str, Any]:
    """Return the table of the page; a hidden number is a dash with its reason below the table."""
    names = value_names(report)
    return {
        "caption": dimension_name(report.dimension),
        "columns": [
            {"label": dimension_name(report.dimension)},
            *({"label": c.heading, "numeric": True} for c in FILTER_COLUMNS),
        ],
        "rows": [
            {
                "header": names[row.value],
                "cells": [
                    "—" if row.figures is None else column.shown(row.figures) or "—"
                    for column in FILTER_COLUMNS
                ],
            }
            for row in report.rows
        ],
    }


def filter_rows(report: FilterReport) -> list[dict[str, Any]]:
    """Return the rows for the API: figures are null where the number is not shown."""
    names = value_names(report)
    return [
        {
            "value": row.value,
            "name": names[row.value],
            "figures": None if row.figures is None else _figures(row.figures),
        }
        for row in report.rows
    ]


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        **{name: getattr(figures, name) for name in STOCK},
        "mean_ms": figures.mean_ms,
        "shown": {column.key: plain(column.shown(figures)) or None for column in FILTER_COLUMNS},
    }


def filtered_dict(report: StudyReport, shown: FilterReport | None, *, by: str) -> dict[str, Any]:
    """Return a report with its members by a filter in place of the unions below; none where ``shown`` is None."""
    counted_at = shown.counted_at.isoformat() if shown and shown.counted_at else None
    return as_dict(report, by=by, filtered=filter_rows(shown) if shown else [], counted_at=counted_at)
