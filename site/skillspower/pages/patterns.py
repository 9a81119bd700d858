"""
The pattern library: every component with its states, and a drawn example of each main page.

The examples are what app templates are copied from; their data is invented and lives in ``samples``.
"""

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from core.policies import guard, public
from core.trades import TRADES
from skillspower.pages.samples import pages as samples
from skillspower.pages.samples.components import components
from skillspower.pages.samples.states import states

PAGES = {
    "home-anonymous": (_("首页，没登录"), "home/anonymous.html", samples.home_anonymous),
    "home-worker": (_("首页，工友"), "home/worker.html", samples.home_worker),
    "home-first-day": (_("首页，第一天"), "home/worker.html", samples.home_first_day),
    "catalogue": (_("课程"), "patterns/catalogue.html", samples.catalogue),
    "catalogue-empty": (_("课程，没找到"), "patterns/catalogue.html", samples.catalogue_empty),
    "course": (_("课程页"), "patterns/course.html", samples.course_page),
    "player": (_("课时"), "patterns/player.html", samples.player),
    "records": (_("学习记录"), "patterns/records.html", samples.records),
    "records-empty": (_("学习记录，空"), "patterns/records.html", samples.records_empty),
    "instructor": (_("师傅页"), "patterns/instructor.html", samples.instructor),
    "officer": (_("工会干部的周一"), "patterns/officer.html", samples.officer),
    "sign-in": (_("登录"), "onboarding/phone.html", samples.sign_in),
    "code": (_("验证码"), "onboarding/code.html", samples.code),
    "union": (_("在哪家工会"), "onboarding/union.html", samples.union),
    "trade": (_("干哪一行"), "onboarding/trade.html", samples.trade),
    "welcome": (_("进来了"), "onboarding/done.html", samples.done),
}


class SampleForm(forms.Form):
    """One field of each kind, for the pattern page alone."""

    name = forms.CharField(label=_("姓名"), help_text=_("和身份证上一样，证书上用。"))
    unit = forms.ChoiceField(
        label=_("单位"), choices=[("", _("请选")), ("1", "栖江重型机械厂工会")], required=False
    )
    remark = forms.CharField(label=_("说明情况"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    trade = forms.ChoiceField(
        label=_("干哪一行"), choices=[(t.key, t.name) for t in TRADES], widget=forms.RadioSelect
    )
    agree = forms.BooleanField(label=_("我看过《个人信息保护说明》，同意"))
    code = forms.CharField(label=_("验证码"))


@require_safe
@guard(public)
def index(request: HttpRequest) -> HttpResponse:
    bad = SampleForm(
        {"name": "", "unit": "1", "remark": "", "trade": "welding", "agree": "", "code": "1234"},
        auto_id="bad_%s",
    )
    bad.add_error("code", _("验证码不对，再看一眼短信。还能试 2 次。"))
    context = {
        **components(),
        "pages": [(name, title) for name, (title, _template, _data) in PAGES.items()],
        "form": SampleForm(initial={"trade": "welding"}),
        "bad_form": bad,
        "page_of": Paginator(range(300), 10).get_page(request.GET.get("page", "7")),
    }
    return render(request, "patterns/index.html", context)


@require_safe
@guard(public)
def all_states(request: HttpRequest) -> HttpResponse:
    """Show every component in each of its states; tests/look/test_pictures.py compares them with their pictures."""
    return render(request, "patterns/states.html", states())


@require_safe
@guard(public)
def page(request: HttpRequest, name: str) -> HttpResponse:
    """
    Show one drawn page.

    :raises Http404: if there is no drawing of this name.
    """
    if name not in PAGES:
        raise Http404
    title, template_name, data = PAGES[name]
    return render(request, template_name, {**data(), "pattern_title": title})
