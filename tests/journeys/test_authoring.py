"""
How a lesson comes to the learners: a master uploads a clip, writes a lesson in the CMS and sends the course to review, a
reviewer reads it as learners will and approves both steps, a worker opens it.
"""

import re
import subprocess
import time
from pathlib import Path

import imageio_ffmpeg
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.conftest import Community, new_context, sign_in

pytestmark = pytest.mark.journey
TITLE = "收弧与接头：填满弧坑再拉开"
TEXT = "收弧前先填满弧坑，再把焊条慢慢拉开。接头时，在弧坑前面十毫米处引弧，拉回弧坑再往前走。"
PROMPT = "接头时在哪里引弧？"
RIGHT, WRONG = "弧坑前面十毫米处", "母材上随便一处"
CLIP = "收弧示范（一分钟）"
PUBLISHED_WITHIN_S = 90
PLAYS_WITHIN_S = 60


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real clip of six seconds: a line that grows, as a seam does."""
    path = tmp_path_factory.mktemp("clip") / "收弧.mp4"
    scene = "color=c=0x22313f:size=640x360:rate=12:duration=6"
    seam = "drawbox=x=60:y=170:w='20+80*t':h=16:color=0xe08a2b:t=fill"
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y", "-f", "lavfi", "-i", scene, "-vf", seam,
            "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(path),
        ],
        check=True,
    )  # fmt: skip
    return path


def open_desk(page: Page) -> None:
    """Go from the site's own pages to the CMS, as somebody does who knows no address."""
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="我的").locator(
        "visible=true"
    ).click()
    page.get_by_role("main").get_by_role("link", name=re.compile("写课|审课")).click()
    expect(page.get_by_role("heading", name="技能强国")).to_be_visible()


def upload(page: Page, clip: Path) -> None:
    page.get_by_role("link", name="视频库").click()
    page.get_by_role("link", name=re.compile("上传视频")).first.click()
    page.get_by_role("textbox", name="标题").fill(CLIP)
    page.locator("input[type=file]").set_input_files(clip)
    page.get_by_label(re.compile("^字幕")).last.fill("WEBVTT\n\n00:00.000 --> 00:06.000\n填满弧坑再拉开。\n")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".messages")).to_contain_text("收到了，正在转换")
    expect(page.get_by_role("row").filter(has_text=CLIP)).to_contain_text(
        re.compile("排队中|处理中|可以播放")
    )


def add_block(page: Page, kind: str) -> Locator:
    """Add a block of a kind at the end of the lesson and return it."""
    page.get_by_role("button", name="加一块内容").last.click()
    page.get_by_role("option", name=kind, exact=True).click()
    return page.locator("[data-streamfield-child]").filter(has_text=kind).last


def write_lesson(page: Page) -> None:
    page.get_by_role("textbox", name="课时名称").fill(TITLE)
    add_block(page, "正文")
    page.locator(".public-DraftEditor-content").last.click()
    page.keyboard.insert_text(TEXT)

    add_block(page, "视频")
    page.get_by_role("button", name=re.compile("选择.*视频")).click()
    # The one just uploaded waits behind all the demo's own; its way on is tests/media/test_upload_survives_kill.py.
    ready = page.get_by_role("dialog").get_by_role("row").filter(has_text="可以播放").first
    ready.get_by_role("link").first.click()
    expect(page.get_by_role("dialog")).to_have_count(0)

    question = add_block(page, "检查题")
    question.get_by_label("题目").last.fill(PROMPT)
    options = question.get_by_role("textbox", name="选项")
    options.nth(0).fill(RIGHT)
    options.nth(1).fill(WRONG)
    question.get_by_role("checkbox", name="这是对的").first.check()
    question.get_by_role("textbox", name="为什么").fill("在前面引弧，拉回来时把引弧点熔掉，不留缺陷。")
    # The last one is about the end of the shift: no dangerous work, which would need a safety notice.
    page.locator("input[name=requirements]").last.check()
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".messages")).to_contain_text(TITLE)


def approve(page: Page, title: str) -> None:
    """Find the course among what waits for the reviewer, read it, approve the step it stands at."""
    page.goto("/cms/")
    page.get_by_role("link", name="待审课程").first.click()
    page.get_by_role("main").get_by_role("link", name=re.compile(re.escape(title))).first.click()
    expect(page.get_by_role("main")).to_contain_text(TITLE)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name=re.compile(re.escape(TITLE))).click()
    preview = opened.value
    expect(preview.get_by_role("main")).to_contain_text(TEXT)
    preview.close()
    for point in page.get_by_role("group").filter(has_text="不涉及").all():
        point.get_by_label("通过").check()
    with page.expect_navigation():
        page.get_by_role("button", name="通过", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("这一环节通过了")


def test_a_master_writes_a_lesson_two_reviews_publish_it_and_a_worker_opens_it(
    community: Community, chromium: Browser, desktop: Page, phone: Page, clip: Path
) -> None:
    sign_in(desktop, community.demo["instructor"])
    open_desk(desktop)
    upload(desktop, clip)

    desktop.goto("/")
    open_desk(desktop)
    desktop.get_by_role("row").filter(has_text="焊条电弧焊").get_by_role("link", name="接着写").click()
    desktop.get_by_role("region", name="平敷焊").get_by_role("link", name="加一节课时").click()
    write_lesson(desktop)

    desktop.locator(".messages").get_by_role("link", name="单元和课时").click()
    course = desktop.locator("h1").inner_text().strip()
    row = desktop.get_by_role("row").filter(has_text=TITLE)
    expect(row).to_contain_text("新写的，还没送审")
    desktop.get_by_role("link", name="送审").click()
    desktop.get_by_label("这一版改了什么").fill("加了一节：收弧与接头")
    desktop.get_by_role("button", name="送审").click()
    expect(desktop.locator(".messages")).to_contain_text("已送审")
    expect(desktop.get_by_role("main")).to_contain_text("在审：专业审核")

    reviewing = new_context(chromium, community, width=1280, height=800, touch=False)
    reviewer = reviewing.new_page()
    sign_in(reviewer, community.demo["reviewer"])
    open_desk(reviewer)
    approve(reviewer, course)
    approve(reviewer, course)
    reviewing.close()

    # Somebody who has not begun the course: who has stays on the edition begun.
    sign_in(phone, community.demo["officer"])
    until = time.monotonic() + PUBLISHED_WITHIN_S
    lesson = phone.get_by_role("main").get_by_role("link", name=re.compile(TITLE))
    while time.monotonic() < until:
        phone.goto(f"/courses/{community.demo['course_slug']}/")
        if lesson.count():
            break
        phone.wait_for_timeout(1_000)
    lesson.first.click()
    expect(phone.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(phone.get_by_role("main")).to_contain_text(TEXT)
    expect(phone.get_by_role("main")).to_contain_text(PROMPT)
    phone.get_by_role("button", name="播放").first.click()
    expect(phone.locator("[data-words]")).to_have_text("正在计时")
    until = time.monotonic() + PLAYS_WITHIN_S
    while phone.evaluate("() => document.querySelector('video').currentTime") <= 1:
        assert time.monotonic() < until, "the clip does not play"
        phone.wait_for_timeout(500)

    desktop.goto("/me/messages/")
    expect(desktop.get_by_role("main")).to_contain_text(f"《{course}》审核通过，已经发布")
