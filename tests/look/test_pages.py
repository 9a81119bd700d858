"""The frame of every page, the choice of look, the pattern library, the pages for errors and for signing in."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template, engines
from django.template.loaders import cached
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from skillspower.pages.patterns import PAGES

pytestmark = pytest.mark.django_db
BUDGET_BYTES = 100_000
ALL_PAGES = ["/_patterns/", "/_patterns/states/", *(f"/_patterns/pages/{name}/" for name in PAGES)]


@pytest.fixture
def web() -> Client:
    return Client(headers={"accept-language": "zh-CN"})


def render(source: str, **context: object) -> str:
    request = RequestFactory().get("/records/2026-11/")
    return Template("{% load ui frame %}" + source).render(Context({"request": request, **context}))


@pytest.mark.parametrize("path", ALL_PAGES)
def test_a_drawn_page_stands_and_asks_the_database_nothing(path, web, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = web.get(path)
    assert page.status_code == 200
    html = page.content.decode()
    assert '<html lang="zh-Hans"' in html
    assert html.count("<h1") == 1
    assert not re.search(r"<[^>]+ style=", html), "inline styles are refused by the content security policy"
    assert not re.search(r"\son\w+=\"", html)


@pytest.mark.parametrize("path", ALL_PAGES)
def test_the_first_view_stays_below_a_hundred_kilobytes(path, web):
    html = web.get(path).content
    linked = set(re.findall(r'(?:href|src)="/static/([^"#]+)"', html.decode())) | {"icons.svg"}
    for module in ("js/site.js", "js/player/lesson-player.js"):
        if module in linked and "player" in module:
            linked |= {f"js/player/{p.name}" for p in Path(finders.find(module)).parent.glob("*.js")}
    size = len(gzip.compress(html)) + sum(
        len(gzip.compress(Path(finders.find(f)).read_bytes())) for f in linked
    )
    assert size <= BUDGET_BYTES, f"{size} bytes"


def test_an_unknown_drawing_is_not_found(web):
    assert web.get("/_patterns/pages/nothing/").status_code == 404


def test_the_place_in_the_navigation_is_marked():
    link = render('{% nav_place as here %}{% nav_link "/records/" "学习记录" here %}')
    assert 'aria-current="true"' in link
    assert "aria-current" not in render('{% nav_place as here %}{% nav_link "/" "首页" here %}')


def test_what_is_the_same_on_all_pages_is_drawn_once_and_leads_back_to_each():
    frame = Template(
        "{% load frame %}{% look_links as look %}{% same_for who %}{{ note }} {{ look.to.size_2 }}{% endsame_for %}"
    )
    assert frame.origin  # one template for all requests, as the cached loader keeps it

    def drawn(path: str, who: str, note: str) -> str:
        return frame.render(Context({"request": RequestFactory().get(path), "who": who, "note": note}))

    assert drawn("/records/?q=a%20b&page=2", "a", "first") == (
        "first /look/?size=2&amp;next=%2Frecords%2F%3Fq%3Da%2520b%26page%3D2"
    )
    assert drawn("/me/", "a", "second") == "first /look/?size=2&amp;next=%2Fme%2F"
    assert drawn("/me/", "b", "second") == "second /look/?size=2&amp;next=%2Fme%2F"
    with translation.override("en"):
        assert drawn("/me/", "a", "third") == "third /look/?size=2&amp;next=%2Fme%2F"


def test_the_templates_of_every_profile_are_kept_once_read():
    loader = engines["django"].engine.template_loaders[0]
    assert isinstance(loader, cached.Loader)


def test_a_word_that_was_looked_up_is_known_in_each_language():
    for _ in range(2):
        assert gettext("学习记录") == "学习记录"
        with translation.override("en"):
            assert gettext("学习记录") == "Study record"


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_reset_password", "accounts:phone"]
)
def test_the_doors_speak_plain_chinese(web, name):
    page = web.get(reverse(name))
    html = page.content.decode()
    assert page.status_code == 200
    assert "您" not in html
    assert "Sign" not in html
    assert html.count("<h1") == 1


def test_a_form_with_faults_keeps_what_was_typed_and_links_to_each_fault(web):
    page = web.post(reverse("account_login"), {"login": "13800000000", "password": ""})
    html = page.content.decode()
    assert 'value="13800000000"' in html or 'value="+8613800000000"' in html
    assert 'href="#id_password"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_password_error"' in html


def test_every_address_of_the_footer_leads_somewhere(web):
    html = web.get("/_patterns/").content.decode()
    footer = html[html.index('<footer class="footer">') :]
    for address in re.findall(r'href="(/[^"]*)"', footer):
        assert web.get(address.replace("&amp;", "&")).status_code in (200, 302), address


def test_a_page_that_is_not_there_helps_on(web):
    page = web.get("/nothing/here/")
    assert page.status_code == 404
    assert 'role="search"' in page.content.decode()


def test_the_page_for_our_own_faults_needs_nothing_but_files():
    html = Template("{% include '500.html' %}").render(Context({"request_id": "ab12"}))
    assert "ab12" in html
    assert "<form" not in html


def test_an_icon_without_words_is_hidden_from_screen_readers():
    assert 'aria-hidden="true"' in render('{% icon "home" %}')
    assert 'role="img" aria-label="主页"' in render('{% icon "home" label="主页" %}')


def test_the_sprite_has_every_icon_that_templates_draw():
    sprite = Path(finders.find("icons.svg")).read_text(encoding="utf-8")
    drawn = set()
    for path in Path(__file__).resolve().parents[2].glob("*/templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        if re.search(r"{% load [^%]*\bui\b", text):  # the CMS has a tag of the same name
            drawn |= set(re.findall(r'(?:{% icon |\bicon=)"([\w-]+)"', text))
    assert drawn <= set(re.findall(r'<symbol id="([\w-]+)"', sprite))


def test_a_month_ruler_says_in_words_what_it_draws():
    html = render("{% month_ruler 5760000 8100000 360000 %}")
    assert "已计 96 分钟" in html
    assert "未计 6 分钟，可以补回" in html
    assert "目标 135 分钟（3 学时）" in html
    assert 'width="71.111%"' in html


def test_a_disabled_button_says_why():
    html = render('{% button "送审" why="还差 3 项就能送审。" %}')
    assert "disabled" in html
    assert "还差 3 项就能送审。" in html


def test_text_in_components_is_escaped():
    html = render('{% notice "info" text %}{% button text %}{% empty_state text %}', text="<b>&")
    assert "<b>" not in html
