"""
An officer's pages: figures of a union, its learners, one learner's entries. Who may open them is the policy before
each view; inside a page, links lead only where the same officer may go.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast
from uuid import UUID

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.api import Person, User, names_of
from core import audit
from core.policies import guard
from records import api as records
from reports import presentation
from reports.closings import AlreadyStated, NotClosedYet, state_closed
from reports.filter_table import FILTER_COLUMNS, dimension_name, filter_table
from reports.filters import FILTERS, filtered_for
from reports.models import Dimension
from reports.queries import LearnerFigures, StudyReport, learners_of, parents_of, rolls_of, study_report
from reports.rules import BadPeriod, Period, PeriodKind, parse_period, period_of
from reports.tables import csv_lines, file_name, rows_of, sorted_rows
from unions.api import (
    Appointment,
    Line,
    Union,
    any_officer,
    chain_seen_by,
    home_union,
    may,
    officer_of,
    reveal_name,
    sees_names,
    union_asked,
)

PER_PAGE = 50
AUDIT_STREAM = "unions"
SHORTEST_REASON = 4


@guard(any_officer)
def mine(request: HttpRequest) -> HttpResponse:
    """Send an officer to the page of the uppermost union of appointment."""
    union = home_union(_officer(request))
    if union is None:
        raise Http404
    return HttpResponseRedirect(reverse("reports:study", args=[union]))


@guard(officer_of())
def study(request: HttpRequest, union: UUID) -> HttpResponse:
    """Show the figures of a union: as tiles, by the unions below it, by month."""
    asked = _Asked(request)
    report = asked.report()
    rows = sorted_rows(rows_of(report), request.GET.get("sort", ""))
    context = asked.context("reports:study") | {
        "report": report,
        "tiles": presentation.tiles(report, asked.today),
        "table": presentation.union_table(report, rows, request=request),
        "chart": presentation.month_chart(report),
        "months": presentation.month_table(report, address=asked.address),
        "lines": presentation.line_links(asked.lines(), asked.line, address=asked.address),
        "has_study": bool(report.total.total_ms or report.total.visits),
        "unassigned": report.unassigned if report.unassigned and report.unassigned.total_ms else None,
        "csv_url": asked.address("reports:study_csv"),
        "filters_url": asked.address("reports:filters") if asked.period.months else "",
        "closing": presentation.closing_card(report, asked.today, by_name=names_of),
        "confirm_url": asked.address("reports:confirm_closing"),
        "may_confirm": may(
            _officer(request), asked.union, Appointment.Duty.STATISTICS, write=True, on=asked.today
        ),
        "learners_url": asked.address("reports:learners"),
    }
    return render(request, "reports/study.html", context, status=400 if asked.is_bad else 200)


@guard(officer_of(Appointment.Duty.STATISTICS, write=True))
@require_POST
def confirm_closing(request: HttpRequest, union: UUID) -> HttpResponse:
    """Enter the officer's word that the closed figures of the period stand."""
    asked = _Asked(request)
    try:
        state_closed(union=asked.union, period=asked.period, officer=_officer(request), at=timezone.now())
        flash.success(request, _("已确认关账。这一期的数不会再变。"))
    except (NotClosedYet, AlreadyStated) as error:
        flash.error(request, str(error.message))
    return HttpResponseRedirect(asked.address("reports:study"))


@guard(officer_of())
def study_csv(request: HttpRequest, union: UUID) -> HttpResponse:
    """Answer the table of ``study`` as a file."""
    asked = _Asked(request)
    if asked.is_bad:
        return HttpResponseRedirect(asked.address("reports:study"))
    report = asked.report()
    rows = sorted_rows(rows_of(report), request.GET.get("sort", ""))
    return HttpResponse(
        "".join(csv_lines(report, rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name(report.union, report.period)}"'},
    )


@guard(officer_of())
def filters(request: HttpRequest, union: UUID) -> HttpResponse:
    """Show a union's members by one filter."""
    asked = _Asked(request)
    by = request.GET.get("by", "")
    dimension = Dimension(by) if by in {d.value for d in FILTERS} else Dimension.OCCUPATION_GROUP
    shown = filtered_for(
        _officer(request),
        union=asked.union,
        period=asked.period,
        line=asked.line,
        dimension=dimension,
        today=asked.today,
    )
    context = asked.context("reports:filters") | {
        "shown": shown,
        "table": filter_table(shown) if shown else None,
        "dimensions": [
            {
                "label": dimension_name(d),
                "url": f"{asked.address('reports:filters')}&by={d.value}",
                "current": d is dimension,
            }
            for d in FILTERS
        ],
        "definitions": FILTER_COLUMNS,
        "study_url": asked.address("reports:study"),
    }
    return render(request, "reports/filters.html", context, status=400 if asked.is_bad else 200)


@guard(officer_of())
def learners(request: HttpRequest, union: UUID) -> HttpResponse:
    """
    List who is behind the union's own figures, most time first. Names are for officers of a primary union; that they
    were shown is written into the audit log.
    """
    asked = _Asked(request)
    rolls = asked.rolls()
    found = learners_of(rolls=rolls, period=asked.period, today=asked.today)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    with_names = sees_names(_officer(request), asked.union, asked.today)
    shown: list[LearnerFigures] = list(page.object_list)
    names = names_of([p.uuid for p in shown]) if with_names else {}
    if with_names and shown:
        audit.record(
            stream=AUDIT_STREAM,
            action="learners.view_names",
            actor=_officer(request).person.uuid,
            target=f"union:{asked.union.uuid}",
            request=request,
            detail={"period": asked.period.code, "page": page.number, "persons": len(shown)},
        )
    context = asked.context("reports:learners") | {
        "page": page,
        "with_names": with_names,
        "table": presentation.learner_table(
            found,
            shown,
            names,
            rolls=rolls if len(rolls) > 1 else {},
            with_names=with_names,
            has_stock=bool(asked.period.months),
            link=lambda uuid: asked.address("reports:learner", uuid),
        ),
        "study_url": asked.address("reports:study"),
    }
    return render(request, "reports/learners.html", context, status=400 if asked.is_bad else 200)


@guard(officer_of())
def learner(request: HttpRequest, union: UUID, person: UUID) -> HttpResponse:
    """
    Show the entries of one learner that are booked to this union in the period: the evidence. Above the primary union the
    name is shown once, to who says why (POST), and the audit log keeps the reason.
    """
    asked = _Asked(request)
    known = Person.objects.filter(uuid=person).prefetch_related("aliases").first()
    chains = [person, *(alias.alias for alias in known.aliases.all())] if known else [person]
    rolls = asked.rolls()
    start, end = asked.period.start, asked.period.end
    found = records.entries_booked(learners=chains, unions=rolls, start=start, end=end)
    paginator = Paginator(found, PER_PAGE)
    paginator.count, total_ms = records.number_and_time(found)
    page = paginator.get_page(request.GET.get("page"))
    if not page.object_list and not _is_listed(person, rolls, asked):
        raise Http404
    with_names = sees_names(_officer(request), asked.union, asked.today)
    reason = request.POST.get("reason", "").strip()[:200] if request.method == "POST" else ""
    is_told = bool(known) and not with_names and len(reason) >= SHORTEST_REASON
    names = {person: known.name} if with_names and known else {}
    if known and is_told:
        told = reveal_name(person=known, union=asked.union, officer=_officer(request), reason=reason)
        names = {person: told}
    audit.record(
        stream=AUDIT_STREAM,
        action="learner.view_entries",
        actor=_officer(request).person.uuid,
        target=f"person:{person}",
        request=request,
        detail={"union": str(asked.union.uuid), "period": asked.period.code, "named": with_names},
    )
    context = asked.context("reports:learner", person) | {
        "page": page,
        "name": presentation.label_of(person, names),
        "person": person,
        "total_ms": total_ms,
        "entries": presentation.entry_rows(list(page.object_list)),
        "learners_url": asked.address("reports:learners"),
        "may_ask_name": known is not None and not with_names and not is_told,
        "is_told": is_told,
        "lacks_reason": request.method == "POST" and not with_names and not is_told,
    }
    status = 422 if context["lacks_reason"] else 400 if asked.is_bad else 200
    return render(request, "reports/learner.html", context, status=status)


def _is_listed(person: UUID, rolls: Mapping[UUID, Union], asked: "_Asked") -> bool:
    return any(f.uuid == person for f in learners_of(rolls=rolls, period=asked.period, today=asked.today))


def _officer(request: HttpRequest) -> User:
    """Return who is signed in: the policy before each view let nobody else pass."""
    return cast("User", request.user)


class _Asked:
    """What a request asks for: union, period and line, on what day."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.today: date = timezone.localdate()
        self.union: Union = union_asked(request)
        self.is_bad = False
        self.asked_for = request.GET.get("period", "")
        try:
            self.period: Period = (
                parse_period(self.asked_for) if self.asked_for else period_of(PeriodKind.MONTH, self.today)
            )
        except BadPeriod:
            self.period, self.is_bad = period_of(PeriodKind.MONTH, self.today), True
        line = request.GET.get("line", "")
        self.line: str = line if line in Line.values else Line.ADMINISTRATIVE

    def lines(self) -> list[str]:
        return list(parents_of(self.union, on=self.period.stock_on(self.today)))

    def rolls(self) -> dict[UUID, Union]:
        return rolls_of(self.union, on=self.period.stock_on(self.today))

    def report(self) -> StudyReport:
        return study_report(union=self.union, period=self.period, line=self.line, today=self.today)

    def address(self, route: str, *more: Any, period: Period | None = None, line: str | None = None) -> str:
        """Return the address of a route for this union that keeps period and line."""
        return presentation.address(
            route,
            self.union.uuid,
            *more,
            period=period or self.period,
            line=self.line if line is None else line,
        )

    def context(self, route: str, *more: Any) -> dict[str, Any]:
        """Return what every page of a union shows: where it stands, the period, and the way to other periods here."""
        user = _officer(self.request)
        chain = chain_seen_by(user, self.union, self.today)
        return {
            "union": self.union,
            "may_inspect": may(user, self.union, Appointment.Duty.STATISTICS, on=self.today),
            "may_correct": may(user, self.union, records.CORRECTIONS_DUTY, write=True, on=self.today),
            "period": self.period,
            "period_name": presentation.period_name(self.period),
            "period_state": presentation.period_state(self.period, self.today),
            "picker": presentation.period_links(
                self.period, self.today, route=route, address=lambda to, **kw: self.address(to, *more, **kw)
            ),
            "crumbs": [
                (u.name, presentation.address("reports:study", u.uuid, period=self.period, line=self.line))
                for u in chain[:-1]
            ],
            "bad_period": self.asked_for if self.is_bad else "",
            "message": _("没有“%(asked)s”这个时期，先看本月的。") % {"asked": self.asked_for[:20]},
        }
