"""
The main job, as its people do it: a worker comes in, joins a union, finds a course, studies, sees each minute; an
instructor writes, a reviewer publishes; an officer sees the worker's time, exact to the millisecond.
"""

import json
import re
import time
import urllib.request
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Community, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.quick]
ROLL_UP_WITHIN_S = 60
PHONE = "13820261123"


def go_on(page: Page) -> None:
    """Press the one button that leads on."""
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()


def come_in(page: Page, phone: str) -> None:
    """Sign up by phone, join a union by its code, name the trade: three questions."""
    page.goto("/")
    page.get_by_role("link", name="登录").first.click()
    page.fill("input[name=phone]", phone)
    page.check("input[name=consent]")
    go_on(page)
    code = re.search(r"验证码 (\d{6})", page.locator("main").inner_text())
    assert code, "the demo shows the message that was not sent"
    page.fill("main input[name=code]", code.group(1))
    go_on(page)
    expect(page.get_by_role("heading", name="你在哪家工会？")).to_be_visible()
    page.get_by_role("link", name="填邀请码").click()
    page.fill("main input[name=code]", "qjzj66")
    go_on(page)
    expect(page.locator("main")).to_contain_text("加入栖江重型机械厂工会")
    go_on(page)
    expect(page.get_by_role("heading", name="你干哪一行？")).to_be_visible()
    page.fill("input[name=job]", "电焊工")
    go_on(page)
    page.get_by_label("焊工", exact=False).first.check()
    go_on(page)
    expect(page.locator("main")).to_contain_text("进来了")


def answer_checks(page: Page, *, until_ms: int, within_s: float) -> int:
    """Stay with the lesson and answer each presence check until so much is credited; return the credited ms."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        button = page.locator("dialog[open] button").first
        if button.is_visible():
            button.click()
        credited = records_of(page)["total_ms"]
        if credited >= until_ms:
            return int(credited)
        page.wait_for_timeout(700)
    raise AssertionError(f"only {records_of(page)['total_ms']} ms were credited in {within_s} s")


def records_of(page: Page) -> dict[str, Any]:
    """Return the first page of the learner's own records, by the interface that the phone itself would use."""
    answer = page.request.get("/api/v1/me/records")
    assert answer.ok
    found: dict[str, Any] = answer.json()
    return found


def study_out_of_sight(community: Community, token: str) -> list[dict[str, Any]]:
    """Report five seconds during which the page was not in view, as a phone of its own; return what was refused."""

    def call(path: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{community.base_url}/api/v1{path}",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    session, lesson = str(uuid4()), community.demo["lessons"][0]
    opened = call("/study/sessions", {"session": session, "lesson": lesson, "device": "pocket"})
    time.sleep(5)
    beat = {
        "seq": 0,
        "part": opened["parts"][0]["part"],
        "t": [0, 5000],
        "ranges": [[0, 5000]],
        "visible": False,
    }
    refused: list[dict[str, Any]] = call(
        f"/study/sessions/{session}/beats", {"beats": [beat], "answers": []}
    )["refused"]
    return refused


def union_ms(page: Page, union: str) -> int:
    answer = page.request.get(f"/api/v1/unions/{union}/study")
    assert answer.ok, answer.text()
    return int(answer.json()["total"]["total_ms"])


def test_a_worker_studies_and_the_officer_sees_it_exact_to_the_millisecond(
    community: Community, phone: Page, desktop: Page
) -> None:
    officer = community.demo["officer"]
    sign_in(desktop, officer)
    before = union_ms(desktop, officer["union"])

    come_in(phone, PHONE)
    phone.goto("/search/?q=电弧焊")
    expect(phone.get_by_role("link", name="焊条电弧焊基础：从引弧到平敷焊").first).to_be_visible()

    phone.goto(f"/learn/{community.demo['fast_lesson']}/")
    answer_checks(phone, until_ms=5_000, within_s=90)

    phone.goto(f"/learn/{community.demo['video_lesson']}/")
    phone.get_by_role("button", name="播放").first.click()
    phone.wait_for_timeout(4_000)
    assert phone.evaluate("document.querySelector('video').currentTime") > 1

    token = community.manage("issue_token", PHONE, "--scope", "study").strip()
    refused = study_out_of_sight(community, token)
    assert {item["reason"] for item in refused} == {"not_visible"}
    phone.goto("/records/")
    expect(phone.locator("main")).to_contain_text("万用表与绝缘电阻表的使用")
    expect(phone.locator("main")).to_contain_text("不在眼前")

    credited = int(records_of(phone)["total_ms"])
    until = time.monotonic() + ROLL_UP_WITHIN_S
    while union_ms(desktop, officer["union"]) != before + credited and time.monotonic() < until:
        desktop.wait_for_timeout(1_000)
    assert union_ms(desktop, officer["union"]) == before + credited
    desktop.goto(f"/unions/{officer['union']}/study/")
    expect(desktop.get_by_role("heading", name="栖江县总工会")).to_be_visible()

    assert json.loads(community.manage("verify_ledger", "--all", "--json"))


def test_an_officer_of_another_place_does_not_learn_that_the_union_exists(
    community: Community, desktop: Page
) -> None:
    sign_in(desktop, community.demo["officer"])

    assert desktop.goto(f"/unions/{community.demo['foreign_union']}/study/").status == 404
    assert desktop.request.get(f"/api/v1/unions/{community.demo['foreign_union']}/study").status == 404
