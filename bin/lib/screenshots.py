"""
Photograph the demo for README, on a phone and at a desk, light and dark: the Python half of ``bin/screenshots``.

Signs in by the demo's door, so what is shown is what the tour of the demo leads to.
"""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from benchmarks.measure import ROOT, running_demo

PICTURES = ROOT / "docs" / "pictures"
PHONE, DESK = (390, 844), (1280, 800)
COLOURS = 128
# name, device, role of the demo's door, the tour's step or "" for where the role begins
SHOWN = [
    ("home", "phone", "worker", ""),
    ("lesson", "phone", "worker", "study"),
    ("records", "phone", "worker", "records"),
    ("home", "desktop", "worker", ""),
    ("union", "desktop", "officer", "figures"),
]


def main() -> None:
    chromium = shutil.which("chromium") or sys.exit("The pictures are taken with Chromium: install it.")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with running_demo() as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, device, role, step in SHOWN:
            for theme in ("light", "dark"):
                picture = PICTURES / f"{name}-{device}-{theme}.png"
                size = PHONE if device == "phone" else DESK
                photograph(browser, demo.base_url, role, step, theme, size, picture)
                print(picture.relative_to(ROOT), f"{picture.stat().st_size // 1000} kB", flush=True)
        browser.close()


def photograph(
    browser: Browser, base_url: str, role: str, step: str, theme: str, size: tuple[int, int], picture: Path
) -> None:
    """Enter as a role, go to the tour's step and keep what is seen without scrolling."""
    context = browser.new_context(
        base_url=base_url, viewport={"width": size[0], "height": size[1]}, device_scale_factor=2 if size == PHONE else 1,
        locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce", service_workers="block",
    )  # fmt: skip
    page = context.new_page()
    page.goto("/demo/" if step else "/accounts/phone/")
    chosen = f":has(input[name=step][value={step}])" if step else ""
    with page.expect_navigation():
        page.locator(f"form[action$='/as/{role}/']{chosen} button").first.click()
    page.wait_for_load_state("networkidle")
    # Not by cookie: an account keeps the look it was entered with, and the next picture would wear it.
    page.evaluate("theme => document.documentElement.setAttribute('data-theme', theme)", theme)
    page.wait_for_timeout(300)
    drawn = Image.open(io.BytesIO(page.screenshot()))
    drawn.convert("RGB").quantize(COLOURS, method=Image.Quantize.MEDIANCUT).save(picture, optimize=True)
    context.close()


if __name__ == "__main__":
    main()
