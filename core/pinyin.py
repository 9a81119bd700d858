"""Pinyin of a name, so that people find it by typing letters."""

import re


def pinyin_of(text: str) -> str:
    """
    Return the full pinyin and the initials of a text, in small letters, separated by a space.

    >>> pinyin_of("栖江重型机械厂工会")
    'qijiangzhongxingjixiechanggonghui qjzxjxcgh'
    """
    from pypinyin import lazy_pinyin  # its dictionary takes 0.4 s to load, and most processes never ask

    syllables = [s.lower() for s in lazy_pinyin(re.sub(r"[^\w]", "", text))]
    return f"{''.join(syllables)} {''.join(s[:1] for s in syllables)}".strip()
