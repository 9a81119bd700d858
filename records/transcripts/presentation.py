"""A transcript in words: the sheet that is printed, the holder's pages and the public one."""

import json
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import segno
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.api import mask_name
from core import display
from core.clock import day_of, from_ms
from records.models import LedgerEntry, Transcript
from records.transcripts.rules import Standing

DAY = timedelta(days=1)
LONGEST_NAME = 30


def qr_svg(address: str) -> str:
    """Return the QR code of an address as SVG, dark on white in every theme."""
    out = BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=6, border=2, dark="#1b2127", light="#fff")
    return out.getvalue().decode()


def document_in(transcript: Transcript) -> dict[str, Any]:
    """Return the document of a transcript that was not erased."""
    found: dict[str, Any] = json.loads(transcript.document)
    return found


def sheet(document: dict[str, Any], *, digest: str, key: str) -> dict[str, Any]:
    """Return what ``sheet.typ`` prints, in the language of the active translation."""
    holder, days = document["holder"], document["days"]
    issued = date.fromisoformat(document["issued_at"][:10])
    period = f"{display.full_day(date.fromisoformat(days['from']))} – {display.full_day(date.fromisoformat(days['to']))}"
    last = date.fromisoformat(document["expires_on"]) - DAY
    facts = [
        [_("姓名"), holder["name"] or _("没有登记姓名")],
        [_("工会"), holder["union"] or _("没有加入工会")],
        [_("时段"), period],
        [_("开具"), display.full_day(issued)],
        [_("有效期到"), display.full_day(last)],
    ]
    return {
        "title": _("学时证明"),
        "site": _("技能强国 · 产业工人学习社区"),
        "lang": (get_language() or "zh").split("-")[0],
        "number": _("编号 {number}").format(number=document["number"]),
        "qr": qr_svg(document["verify"]),
        "qr_alt": _("核验页的二维码"),
        "facts": facts,
        "figures": figures(document),
        "tables": [
            {
                "title": title,
                "rows": [
                    [_short(name), display.study_hours_text(ms), display.primes(ms)] for name, ms in rows
                ],
            }
            for title, rows in tables(document)
        ],
        "notes": [
            _("1 学时 = 45 分钟有记录、有在场确认的学习时间，只舍不入。这不是职业技能等级证书。"),
            _(
                "扫右上角的码，或者打开下面的地址：能看到开具时的数，以及台账此后有没有变化；也能核对这份文件改没改过。"
            ),
        ],
        "marks": [
            document["verify"],
            *[
                _("台账链头 {n} 笔 {head}").format(n=chain["entries"], head=chain["head"])
                for chain in document["chains"]
            ],
            _("文件摘要 {digest}，签名密钥 {key}").format(digest=digest, key=key),
        ],
    }


def _short(name: str) -> str:
    """Return a name that takes two lines at most, so that the sheet stays one."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def figures(document: dict[str, Any]) -> list[list[str]]:
    """Return the three large figures: label, number, unit."""
    total = document["total_ms"]
    return [
        [_("合计"), display.study_hours(total), _("学时")],
        [_("合成分钟"), display.minutes(total), _("分钟")],
        [_("学了"), f"{document['days_studied']:,}", _("天")],
    ]


def tables(document: dict[str, Any]) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return the tables with their rows: name and ms."""
    kinds = dict(LedgerEntry.Kind.choices)
    found = [
        (_("按工种"), [(r["name"] or _("其余，和没有分工种的"), r["ms"]) for r in document["by_occupation"]]),
        (
            _("按来源"),
            [(str(kinds[r["kind"]]), r["ms"]) for r in document["by_kind"]]
            + [(_("其中线上"), document["online_ms"]), (_("其中线下"), document["offline_ms"])],
        ),
        (_("按课程"), [(r["title"] or _("其余课程"), r["ms"]) for r in document["by_course"]]),
        (
            _("按月"),
            [
                (display.month(date.fromisoformat(f"{r['month']}-01")) if r["month"] else _("更早"), r["ms"])
                for r in document["by_month"]
            ],
        ),
    ]
    return [(title, rows) for title, rows in found if rows]


def state_of(transcript: Transcript, today: date) -> tuple[str, str]:
    """Return state and its word: ``valid``, ``revoked`` or ``expired``."""
    if transcript.revoked_at is not None:
        return "revoked", _("已撤销")
    if transcript.expires_on <= today:
        return "expired", _("已过期")
    return "valid", _("有效")


def row(transcript: Transcript, today: date) -> dict[str, Any]:
    """Return a transcript as the holder's list shows it."""
    state, word = state_of(transcript, today)
    return {
        "uuid": transcript.uuid,
        "number": document_in(transcript)["number"],
        "days": (transcript.first_day, transcript.last_day),
        "ms": transcript.ms,
        "issued_on": day_of(transcript.issued_at),
        "last_day_valid": transcript.expires_on - DAY,
        "shows_name": transcript.shows_name,
        "state": state,
        "word": word,
    }


def address_of(code: str) -> str:
    """Return the path of the public page."""
    return reverse("records:verify", args=[code])


def public_facts(transcript: Transcript) -> dict[str, Any]:
    """Return what everybody may read who has the code: what was issued, and as little of the holder as chosen."""
    document = document_in(transcript)
    name = document["holder"]["name"]
    return {
        "number": document["number"],
        "name": (name if transcript.shows_name else mask_name(name)) or _("没有登记姓名"),
        "days": (transcript.first_day, transcript.last_day),
        "ms": transcript.ms,
        "days_studied": document["days_studied"],
        "tables": tables(document)[:2],
        "issued_at": from_ms(transcript.issued_at),
        "last_day_valid": transcript.expires_on - DAY,
        "chains": document["chains"],
        "digest": transcript.digest,
        "key": transcript.signing_key,
        "pdf_sha256": transcript.pdf_sha256,
    }


def standing_words(standing: Standing) -> dict[str, str]:
    """Return how the transcript stands to the ledger: kind of notice, title, text."""
    words = {
        "same": ("ok", _("与台账一致"), _("开具以后，这段时间的台账没有变化。")),
        "added": (
            "ok",
            _("与台账一致，此后又有新增"),
            _("开具以后，同一段时间又记了 {added}，现在台账上是 {now}。").format(
                added=display.spoken(max(0, standing.added_ms)), now=display.spoken(max(0, standing.now_ms))
            ),
        ),
        "corrected": (
            "warn",
            _("此后有更正"),
            _(
                "开具时与台账一致。开具以后冲销了 {taken}，新增了 {added}，现在台账上是 {now}。以现在的数为准。"
            ).format(
                taken=display.spoken(-standing.taken_ms),
                added=display.spoken(max(0, standing.added_ms)),
                now=display.spoken(max(0, standing.now_ms)),
            ),
        ),
        "differs": (
            "error",
            _("与台账对不上"),
            _("台账里找不到开具时的那些记录。请不要用这张证明，并告诉开具的工会。"),
        ),
    }
    kind, title, text = words[standing.word]
    return {"kind": kind, "title": title, "text": text}
