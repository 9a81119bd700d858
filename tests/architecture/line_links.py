"""
Links of ARCHITECTURE.md to the lines where names are defined: ``[`name`](path#L12)``.

Code moves; ``python -m tests.architecture.line_links`` writes today's lines into the page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "ARCHITECTURE.md"
LINK = re.compile(r"\[`(?P<name>[^`]+)`\]\((?P<path>[^)#]+)#L(?P<line>\d+)\)")


@dataclass(frozen=True)
class LineLink:
    name: str
    path: str
    line: int

    @property
    def defined_on(self) -> list[int]:
        """The lines of the file that define the name: of Python or JavaScript, a function, a class or a method."""
        name = re.escape(self.name)
        definition = re.compile(
            rf"\s*(async def|def|class|(export )?(async )?function|(export )?class) {name}\b|\s*{name}\(.*\) \{{$"
        )
        lines = (ROOT / self.path).read_text(encoding="utf-8").splitlines()
        return [number for number, line in enumerate(lines, start=1) if definition.match(line)]


def links(text: str) -> Iterator[LineLink]:
    for found in LINK.finditer(text):
        yield LineLink(found["name"], found["path"], int(found["line"]))


def renewed(text: str) -> str:
    """
    Return the page with every link on the line of its name, the nearest one where there are several.

    :raises LookupError: if a file does not define the name.
    """

    def renew(found: re.Match[str]) -> str:
        link = LineLink(found["name"], found["path"], int(found["line"]))
        if not link.defined_on:
            raise LookupError(f"{link.path} does not define {link.name}")
        line = min(link.defined_on, key=lambda number: abs(number - link.line))
        return f"[`{link.name}`]({link.path}#L{line})"

    return LINK.sub(renew, text)


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
