"""The lesson player in a real Chromium, before an invented study service that speaks the wire format."""

import json
import shutil
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from skillspower.pages.samples.material import PART_TEXT, PART_VIDEO
from tests.look.conftest import Visitor

pytestmark = [pytest.mark.once, pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PLAYER = "/_patterns/pages/player/"
A_FRAME_MS = 1_000 / 15
"""Of the clip: a busy browser may hand out the frame before or after the one at which it stopped."""


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds of moving picture with sound."""
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        import imageio_ffmpeg

        ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    out = tmp_path_factory.mktemp("clip") / "clip.mp4"
    sources = [
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=160x90:rate=15:duration=12",
        "-f",
        "lavfi",
        "-i",
        "sine=duration=12",
    ]
    command = [
        ffmpeg,
        "-v",
        "error",
        *sources,
        "-pix_fmt",
        "yuv420p",
        "-movflags",
        "+faststart",
        "-shortest",
        str(out),
    ]
    subprocess.run(command, check=True, timeout=60)
    return out


class Service:
    """What the study API would answer; keeps what it was sent."""

    def __init__(self, page: Page, clip: Path) -> None:
        self.page, self.clip = page, clip
        self.checks: list[dict[str, Any]] = []
        self.opened: list[dict[str, Any]] = []
        self.beats: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []
        self.closed: list[dict[str, Any]] = []
        self.is_reachable = True
        self.is_guest = False
        self.patience_ms = 60_000
        self.refused: list[dict[str, Any]] = []
        page.route("**/api/v1/study/**", self._answer)
        page.route("**/clip.mp4", self._clip)
        page.route(f"**{PLAYER}*", self._page)

    def _clip(self, route: Route) -> None:
        """A browser jumps only in a file of which it may ask for a piece."""
        whole = self.clip.read_bytes()
        start = int(route.request.headers.get("range", "bytes=0-").removeprefix("bytes=").partition("-")[0])
        headers = {
            "Content-Type": "video/mp4",
            "Accept-Ranges": "bytes",
            "Content-Range": f"bytes {start}-{len(whole) - 1}/{len(whole)}",
        }
        route.fulfill(status=206, body=whole[start:], headers=headers)

    def _page(self, route: Route) -> None:
        html = route.fetch().text().replace('"src": ""', '"src": "/clip.mp4"')
        html = html.replace(
            '"learner": ""', f'"learner": "pattern", "is_guest": {str(self.is_guest).lower()}'
        )
        html = html.replace('"presence_timeout_ms": 60000', f'"presence_timeout_ms": {self.patience_ms}')
        route.fulfill(body=html, content_type="text/html; charset=utf-8")

    def _answer(self, route: Route) -> None:
        if not self.is_reachable:
            route.abort("internetdisconnected")
            return
        url, body = route.request.url, json.loads(route.request.post_data or "{}")
        if url.endswith("/sessions"):
            self.opened.append(body)
            parts = [
                {"part": part, "kind": kind, "nominal_ms": ms, "covered": [], "to_make_up": [], "owed_ms": 0}
                for part, kind, ms in ((PART_VIDEO, "video", 368_000), (PART_TEXT, "text", 112_000))
            ]
            answer = {
                "session": body["session"],
                "parts": parts,
                "checks": self.checks,
                "resume": None,
                "beat_interval": 15,
                "max_rate": 1.5,
            }
        else:
            self.beats += body.get("beats", [])
            self.answers += body.get("answers", [])
            if url.endswith("/close"):
                self.closed.append(body)
            is_missed = any(given["answer"] is None for given in body.get("answers", []))
            answer = {"refused": self.refused if is_missed else [], "presence": None}
        route.fulfill(json={**answer, "credited_seconds": self.seconds, "pending_seconds": 0})

    @property
    def seconds(self) -> int:
        return sum(b["t"][1] - b["t"][0] for b in self.beats) // 1000

    def wait_for(self, things: Callable[[], Any]) -> None:
        for _ in range(80):
            if things():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError("never happened")


@pytest.fixture
def lesson(visit: Callable[..., Visitor], clip: Path) -> tuple[Visitor, Service]:
    visitor = visit(390, 520)
    return visitor, Service(visitor.page, clip)


def _play(page: Page) -> None:
    page.locator("[data-play]").click()
    expect(page.locator("lesson-player")).to_have_attribute("data-state", "running")


def test_playing_a_video_is_reported_as_it_was_played(lesson: tuple[Visitor, Service]):
    visitor, service = lesson
    page = visitor.open(PLAYER)
    _play(page)
    expect(page.locator("[data-words]")).to_have_text("正在计时")
    page.wait_for_timeout(3_000)
    page.locator("[data-play]").click()
    service.wait_for(lambda: service.beats)
    end = page.evaluate("document.querySelector('video').currentTime * 1000")
    [first, *_] = [b for b in service.beats if b["part"] == PART_VIDEO]
    last = [b for b in service.beats if b["part"] == PART_VIDEO][-1]
    assert first["ranges"][0][0] <= 260
    assert abs(last["ranges"][0][1] - end) <= A_FRAME_MS
    for beat in service.beats:
        lasted, played = beat["t"][1] - beat["t"][0], beat["ranges"][0][1] - beat["ranges"][0][0]
        assert played <= lasted * 1.5 + 250
    assert visitor.complaints == []


def test_a_jump_is_not_reported_as_played(lesson: tuple[Visitor, Service]):
    visitor, service = lesson
    page = visitor.open(PLAYER)
    _play(page)
    page.wait_for_timeout(1_500)
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(1_200)
    page.locator("[data-play]").click()
    service.wait_for(lambda: len(service.beats) >= 2)
    ranges = sorted(b["ranges"][0] for b in service.beats if b["part"] == PART_VIDEO)
    gap = max(b[0] - a[1] for a, b in pairwise(ranges))
    assert gap > 5_000


def test_blocks_in_view_are_read_one_after_the_other(lesson: tuple[Visitor, Service]):
    visitor, service = lesson
    page = visitor.open(PLAYER)
    page.locator("[data-block=b1]").scroll_into_view_if_needed()
    expect(page.locator("[data-block=b1]")).to_have_attribute("data-read", "now")
    page.wait_for_timeout(2_500)
    page.evaluate("window.scrollTo(0, 0)")
    service.wait_for(lambda: [b for b in service.beats if b["part"] == PART_TEXT])
    [beat] = [b for b in service.beats if b["part"] == PART_TEXT]
    assert beat["ranges"][0][0] == 0
    assert 1_500 <= beat["ranges"][0][1] <= 4_500
    assert abs((beat["t"][1] - beat["t"][0]) - beat["ranges"][0][1]) <= 400


def test_a_check_stops_the_video_and_one_key_goes_on(lesson: tuple[Visitor, Service]):
    visitor, service = lesson
    service.checks = [{"id": "c1", "after_ms": 1_500, "kind": "tap", "prompt": "", "seal": "s"}]
    page = visitor.open(PLAYER)
    page.locator("[data-play]").click()
    sheet = page.get_by_role("dialog", name="还在学吗？")
    expect(sheet).to_be_visible()
    button = sheet.get_by_role("button", name="在学")
    expect(button).to_be_focused()
    assert button.bounding_box()["height"] >= 96
    assert page.evaluate("document.querySelector('video').paused")
    page.keyboard.press("Escape")
    expect(sheet).to_be_visible()
    page.keyboard.press("Enter")
    expect(sheet).to_be_hidden()
    expect(page.locator("lesson-player")).to_have_attribute("data-state", "running")
    service.wait_for(lambda: service.answers)
    [answer] = service.answers
    assert (answer["id"], answer["answer"]) == ("c1", True)
    played = sum(b["t"][1] - b["t"][0] for b in service.beats if b["t"][1] <= answer["shown"])
    assert answer["t"] >= answer["shown"] >= played >= 1_400


def test_without_a_network_minutes_wait_and_a_reload_sends_them(lesson: tuple[Visitor, Service]):
    visitor, service = lesson
    page = visitor.open(PLAYER)
    _play(page)
    service.is_reachable = False
    page.wait_for_timeout(1_500)
    page.locator("[data-play]").click()
    expect(page.locator("lesson-player")).to_have_attribute("data-state", "offline")
    expect(page.locator("[data-words]")).to_contain_text("没网也在记")
    assert service.beats == []
    service.is_reachable = True
    visitor.open(PLAYER)
    service.wait_for(lambda: service.beats)
    assert sum(b["t"][1] - b["t"][0] for b in service.beats) >= 1_000
    # The service has heard it; the player forgets it when the answer has come back.
    page.wait_for_function(
        "!Object.keys(localStorage).some(k => k.startsWith('study:pattern'))", timeout=60_000
    )


def test_the_tap_that_ends_a_lesson_is_sent_after_its_beats(lesson: tuple[Visitor, Service]):
    visitor, service = lesson
    page = visitor.open(PLAYER)
    _play(page)
    page.wait_for_timeout(1_200)
    page.get_by_role("button", name="先学到这").click()
    service.wait_for(lambda: service.closed)
    assert service.closed[0]["present"] is True
    assert service.closed[0]["t"] >= max(b["t"][1] for b in service.beats)


def test_leaving_the_page_keeps_the_running_stretch(lesson: tuple[Visitor, Service]):
    visitor, service = lesson
    page = visitor.open(PLAYER)
    _play(page)
    page.wait_for_timeout(1_200)
    visitor.open("/_patterns/pages/records/")
    # Nobody heard the answer to what was sent on the way out, so the next player sends it again.
    visitor.open(PLAYER)
    service.wait_for(lambda: service.beats)
    assert service.beats[0]["ranges"][0][1] >= 700


def test_a_guest_is_counted(lesson: tuple[Visitor, Service]):
    visitor, service = lesson
    service.is_guest = True
    page = visitor.open(PLAYER)
    page.locator("[data-play]").click()
    service.wait_for(lambda: service.opened)
    expect(page.locator("[data-words]")).to_have_text("正在计时")


def test_a_check_leaves_the_full_screen_and_takes_digits_and_enter(lesson: tuple[Visitor, Service]):
    visitor, service = lesson
    service.checks = [
        {"id": "c1", "after_ms": 1_500, "kind": "choice", "prompt": "余高？\n0–3 mm\n3–6 mm", "seal": "s"},
        {"id": "c2", "after_ms": 500, "kind": "number", "prompt": "照着输入：47", "seal": "s"},
    ]
    page = visitor.open(PLAYER)
    _play(page)
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement !== null")
    sheet = page.get_by_role("dialog", name="余高？")
    expect(sheet).to_be_visible()
    assert page.evaluate("document.fullscreenElement === null && document.querySelector('video').paused")
    expect(sheet.get_by_role("button", name="0–3 mm")).to_be_focused()
    assert min(b.bounding_box()["height"] for b in sheet.get_by_role("button").all()) >= 96
    page.keyboard.press("2")

    number = page.get_by_role("dialog", name="照着输入：47").get_by_role("textbox", name="数字")
    expect(number).to_be_focused()
    page.keyboard.press("Enter")  # nothing is written yet
    page.keyboard.type("47")
    page.keyboard.press("Enter")
    expect(page.locator("lesson-player")).to_have_attribute("data-state", "running")
    service.wait_for(lambda: len(service.answers) == 2)
    assert [(a["id"], a["answer"]) for a in service.answers] == [("c1", 1), ("c2", "47")]
    assert visitor.complaints == []


def test_a_stretch_to_make_up_plays_alone_and_stops_at_its_end(lesson: tuple[Visitor, Service]):
    visitor, service = lesson
    page = visitor.open(f"{PLAYER}?part={PART_VIDEO}&from=4000&to=6500")
    notices = page.locator("[data-notices]")
    expect(notices).to_contain_text("这里有 2 秒可以补回来")
    page.get_by_role("button", name="现在补").click()
    expect(notices).to_contain_text("这一段补完了，已经停下。")
    assert page.evaluate("document.querySelector('video').paused")
    service.wait_for(lambda: service.beats)
    [first, *_] = service.beats
    last = service.beats[-1]
    assert 4_000 - A_FRAME_MS <= first["ranges"][0][0] <= 4_300
    assert 6_500 <= last["ranges"][0][1] <= 7_500
    page.locator("[data-speed]").select_option("1.5")
    expect(notices).to_contain_text("1.5 倍速：8 分钟的课先算 5 分 57 秒，余下 2 分 2 秒再看可补。")
    assert visitor.complaints == []


def test_what_was_missed_can_be_played_again_on_the_spot(lesson: tuple[Visitor, Service]):
    visitor, service = lesson
    service.checks = [{"id": "c1", "after_ms": 2_000, "kind": "tap", "prompt": "", "seal": "s"}]
    service.patience_ms = 1_000
    service.refused = [{"seq": None, "part": PART_VIDEO, "range": [0, 1_900], "reason": "missed_check"}]
    page = visitor.open(PLAYER)
    _play(page)
    notices = page.locator("[data-notices]")
    page.get_by_role("button", name="重看这一段").click()
    expect(notices).to_contain_text("这一段补完了，已经停下。")
    assert [a["answer"] for a in service.answers] == [None]
    assert page.evaluate("document.querySelector('video').paused")
    assert page.evaluate("document.querySelector('video').currentTime") < 3.5
    assert visitor.complaints == []
