"""
Draw the icons of the app from the seal, with Chromium: the Python half of ``bin/icons``.

``any``: the seal alone, its corners clear. ``maskable`` and ``apple``: the seal on the paper ground, small enough that a
circle of four fifths of the width holds it whole. Each file names in its text the hash of the seal it was drawn from, and
a test compares.
"""

import io
import shutil
import sys
from hashlib import sha256
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import sync_playwright

ICONS = Path(__file__).resolve().parents[2] / "site" / "static" / "icons"
SEAL = ICONS / "seal.svg"
GROUND = "#f6f4f0"
# name, pixels, ground, part of the width that the seal takes
WANTED = [
    ("any", 192, "transparent", 1.0),
    ("any", 512, "transparent", 1.0),
    ("maskable", 192, GROUND, 0.56),
    ("maskable", 512, GROUND, 0.56),
    ("apple", 180, GROUND, 0.76),
]


def main() -> None:
    chromium = shutil.which("chromium") or sys.exit("Icons are drawn with Chromium: install it.")
    seal = SEAL.read_text(encoding="utf-8")
    about = PngInfo()
    about.add_text("Source", sha256(seal.encode()).hexdigest())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, pixels, ground, part in WANTED:
            page = browser.new_page(viewport={"width": pixels, "height": pixels})
            page.set_content(
                f"<style>html,body{{margin:0;height:100%;background:{ground}}}"
                f"body{{display:grid;place-items:center}}svg{{width:{part * 100}%;height:{part * 100}%}}</style>{seal}"
            )
            drawn = Image.open(io.BytesIO(page.screenshot(omit_background=True)))
            flat = drawn if ground == "transparent" else drawn.convert("RGB")
            flat.quantize(64, method=Image.Quantize.FASTOCTREE).save(
                ICONS / f"{name}-{pixels}.png", optimize=True, pnginfo=about
            )
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
