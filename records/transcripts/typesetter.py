"""
Sets one sheet, as a program of its own: the JSON of the sheet comes on standard input, the PDF goes to standard output.

It imports nothing of this project, is started with ``-I``, and can be killed when it takes too long. Exit code 3: none of
the Chinese fonts is on this machine.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import typst

NO_FONT = 3
FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "HarmonyOS Sans SC", "MiSans",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Microsoft YaHei", "PingFang SC", "SimHei",
)  # fmt: skip
RARE = ("Noto Serif CJK SC", "HanaMinB", "BabelStone Han")
"""For characters of names that the first font does not have."""


def main() -> int:
    """Set the sheet; return the exit code."""
    asked = json.load(sys.stdin)
    here = {family.lower() for family in typst.Fonts(font_paths=asked["font_paths"]).families()}
    fonts = [name for name in FONTS if name.lower() in here]
    if not fonts:
        return NO_FONT
    mono = ["DejaVu Sans Mono", *fonts]  # comes with typst
    sheet = asked["sheet"] | {"fonts": fonts + [name for name in RARE if name.lower() in here], "mono": mono}
    pdf = typst.compile(
        Path(asked["template"]).read_bytes(),
        format="pdf",
        font_paths=asked["font_paths"],
        sys_inputs={"data": json.dumps(sheet, ensure_ascii=False)},
        timestamp=datetime.fromtimestamp(asked["at"], UTC),
        pdf_standards=["a-2b"],
    )
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
