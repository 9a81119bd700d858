"""What is said in a video, and when: the cues of its captions (WebVTT)."""

import re
from collections.abc import Iterator
from html import unescape

_TIME = re.compile(r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})[ \t]+-->")
_TAG = re.compile(r"<[^>]*>")


def cues(vtt: str) -> Iterator[tuple[int, str]]:
    """
    Yield (start in ms, text) of each cue that says something, in order. What is no cue is passed over.

    >>> list(cues("WEBVTT\\n\\n1\\n00:01.500 --> 00:04.000 line:0\\n<v 陈师傅>先看\\n电流 &amp; 电压\\n\\nNOTE x"))
    [(1500, '先看 电流 & 电压')]
    """
    for block in re.split(r"\n{2,}", vtt.replace("\r\n", "\n").replace("\r", "\n")):
        lines = block.split("\n")
        for n, line in enumerate(lines):
            if timed := _TIME.match(line):
                hours, minutes, seconds, thousandths = (int(number or 0) for number in timed.groups())
                text = " ".join(unescape(_TAG.sub("", " ".join(lines[n + 1 :]))).split())
                if text:
                    yield ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths, text
                break
