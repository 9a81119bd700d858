"""
Rich text from a stranger, in the few elements that the editor of lessons writes.

What is stored is taken by the pages as it is, so nothing may come in that the editor would not have let through.
"""

import re
from html import escape
from html.parser import HTMLParser

_ELEMENTS = frozenset({"p", "h3", "h4", "b", "strong", "ol", "ul", "li", "sup", "sub", "br"})
_VOID = frozenset({"br"})
_SILENT = frozenset(
    {"script", "style", "template", "iframe", "object", "noscript", "title", "textarea", "svg"}
)
_KEY = re.compile(r"[a-z0-9]{1,12}")


class _Cleaner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self.open: list[str] = []
        self.silent: list[str] = []
        self.has_dropped = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.silent or tag not in _ELEMENTS:
            self.has_dropped = True
            if tag in _SILENT:
                self.silent.append(tag)
            return
        key = next((value for name, value in attrs if name == "data-block-key"), None)
        keeps = key is not None and _KEY.fullmatch(key)
        self.has_dropped |= len(attrs) > (1 if keeps else 0)
        written = f' data-block-key="{key}"' if keeps else ""
        self.out.append(f"<{tag}{written}{'/' if tag in _VOID else ''}>")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.silent:
            if tag == self.silent[-1]:
                self.silent.pop()
        elif tag in self.open:
            while (closed := self.open.pop()) != tag:
                self.out.append(f"</{closed}>")
            self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.out.append(escape(data, quote=False))

    def handle_entityref(self, name: str) -> None:
        if not self.silent:
            self.out.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        if not self.silent:
            self.out.append(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.has_dropped = True

    def unknown_decl(self, data: str) -> None:
        self.has_dropped = True

    def handle_decl(self, decl: str) -> None:
        self.has_dropped = True

    def handle_pi(self, data: str) -> None:
        self.has_dropped = True


def clean(html: str) -> tuple[str, bool]:
    """
    Return a text with nothing in it but the editor's elements, and whether anything was left out. What is clean stays
    as it is.

    >>> clean('<p data-block-key="a1">引弧 <b>先</b>断电<br/>3 &lt; 4</p>')
    ('<p data-block-key="a1">引弧 <b>先</b>断电<br/>3 &lt; 4</p>', False)
    >>> clean('<p onclick="x()">引<script>alert(1)</script><a href="javascript:x">弧</a></p>')
    ('<p>引弧</p>', True)
    >>> clean("<p>没有收口<b>的<img src=x onerror=alert(1) ")[0]
    '<p>没有收口<b>的&lt;img src=x onerror=alert(1) </b></p>'
    """
    cleaner = _Cleaner()
    cleaner.feed(html)
    cleaner.close()
    while cleaner.open:
        cleaner.out.append(f"</{cleaner.open.pop()}>")
    return "".join(cleaner.out), cleaner.has_dropped
