"""
The components of the site, as template tags; ``/_patterns/`` shows each of them in all its states.

A component takes plain values or a mapping with the keys its template names in its first comment, so no app has to
know another one to draw a card. Templates lie in ``site/templates/components/``.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache, partial
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core import display, ruler
from core.covers import LEVEL_MARKS, Art, cover_of
from core.player_words import words
from core.trades import GENERAL, TRADES, trade_of

register = template.Library()

register.filter("minutes_number", display.minutes)
register.filter("hours_number", display.study_hours)
register.filter("study_minutes", display.study_minutes_text)
register.filter("study_hours", display.study_hours_text)
register.filter("spoken", display.spoken)
register.filter("primes", display.primes)
register.filter("clock", display.clock_position)
register.filter("file_size", display.file_size)
register.filter("cn_day", display.day)
register.filter("cn_full_day", display.full_day)
register.filter("cn_month", display.month)
register.filter("deadline", lambda value: display.deadline(value, timezone.localdate()))
register.filter("cn_moment", display.moment)
register.filter("trade", trade_of)

# --- Drawings -----------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Draw an icon of the sprite. Without a label it is decoration and hidden from screen readers."""
    return _use("icon", name, label, css)


@register.simple_tag
def glyph(trade: str, label: str = "", css: str = "") -> SafeString:
    """Draw the tool of a trade (a key of core.trades)."""
    return _use("glyph", f"trade-{trade or GENERAL}", label, css)


@register.simple_tag
def seal(size: str = "", label: str = "", lands: bool = False) -> SafeString:
    """Draw the seal; ``size`` is empty, ``small`` or ``large``. It lands where something is confirmed, once."""
    css = " ".join(c for c in (f"seal--{size}" if size else "", "seal--lands" if lands else "") if c)
    return _use("seal", "brand-seal", label, css)


@register.simple_tag
def brand_seal() -> SafeString:
    """Draw the seal of the app bar."""
    return _use("brand__seal", "brand-seal", "", "")


def _use(kind: str, symbol: str, label: str, css: str) -> SafeString:
    return _drawn(kind, symbol, str(label), css, static("icons.svg"))


@lru_cache(maxsize=2048)
def _drawn(kind: str, symbol: str, label: str, css: str, sprite: str) -> SafeString:
    role = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    classes = f"{kind} {css}".strip()
    return format_html(
        '<svg class="{}" {} focusable="false"><use href="{}#{}"></use></svg>', classes, role, sprite, symbol
    )


@register.simple_tag
def cover(course: Any, css: str = "") -> SafeString:
    """Draw the cover of a course without a photo from its ``art`` (core.covers.Art), else from title, trade and rank."""
    read = course.get if isinstance(course, Mapping) else partial(getattr, course)
    made_of = read("art", None)
    if made_of is None:
        title = str(read("title", ""))
        made_of = (title, title, read("trade", ""), read("rank", 0), read("lessons", 0))
    return _cover(Art(*made_of), css)


@lru_cache(maxsize=1024)
def _cover(art: Art, css: str) -> SafeString:
    context = {"trade": art.trade or GENERAL, "cover": cover_of(art), "css": css}
    return SafeString(render_to_string("components/cover.html", context))


@register.simple_tag
def level_ticks(rank: int, name: str) -> SafeString:
    """Show a level (rank of SkillLevel: 1 学徒工, 2 五级, … 6 一级, 8 首席) by its name and marks."""
    return _level_ticks(rank, str(name))


@lru_cache(maxsize=256)
def _level_ticks(rank: int, name: str) -> SafeString:
    context = {"marks": _level_marks(rank), "name": name}
    return SafeString(render_to_string("components/level_ticks.html", context))


def _level_marks(rank: int) -> list[tuple[int, bool]]:
    solid = max(0, rank - 1)
    return [(n, n < solid) for n in range(max(LEVEL_MARKS, solid))] if rank else []


@register.inclusion_tag("components/trade_tile.html")
def trade_tile(key: str, name: str, url: str) -> dict[str, Any]:
    return {"key": key, "name": name, "url": url}


@register.simple_tag
def all_trades() -> list[Any]:
    """Return the eight tiles in their order."""
    return list(TRADES)


# --- Rulers -------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/ruler.html")
def month_ruler(
    counted_ms: int, goal_ms: int = 0, refused_ms: int = 0, pending_ms: int = 0, said: bool = False
) -> dict[str, Any]:
    """
    The month as one length: counted, waiting for proof, refused (can be made up), goal; a tick each 5 minutes. Where
    the words above it have ``said`` what is counted and what is asked, the legend explains the rest only.
    """
    total_ms = ruler.month_length(counted_ms + pending_ms, refused_ms, goal_ms)
    pending_to, refused_to = counted_ms + pending_ms, counted_ms + pending_ms + refused_ms
    spans = [
        (0, counted_ms, "counted"),
        (counted_ms, pending_to, "pending"),
        (pending_to, refused_to, "refused"),
    ]
    legend = _legend(counted_ms, pending_ms, refused_ms, goal_ms)
    return {
        "ticks": ruler.ticks(total_ms),
        "stretches": ruler.stretches(spans, total_ms),
        "goal_x": ruler.percent(goal_ms, total_ms) if goal_ms else None,
        "legend": [key for key in legend if not (said and key[0] in {"counted", "goal"})],
        "kind": "month",
    }


@register.inclusion_tag("components/ruler.html")
def lesson_ruler(
    nominal_ms: int,
    covered: Iterable[ruler.Span] = (),
    refused: Iterable[ruler.Span] = (),
    legend: bool = True,
) -> dict[str, Any]:
    """The positions of a lesson: played ones solid, refused ones hatched; a tick each minute."""
    covered, refused = list(covered), list(refused)
    spans = [(a, b, "refused") for a, b in refused] + [(a, b, "counted") for a, b in covered]
    counted_ms, refused_ms = sum(b - a for a, b in covered), sum(b - a for a, b in refused)
    return {
        "ticks": ruler.ticks(nominal_ms),
        "stretches": ruler.stretches(spans, nominal_ms),
        "goal_x": None,
        "legend": _legend(counted_ms, 0, refused_ms, 0, nominal_ms) if legend else [],
        "kind": "lesson",
    }


@register.inclusion_tag("components/ruler.html")
def progress_ruler(counted_ms: int, total_ms: int) -> dict[str, Any]:
    """A thin rule for a card; the words beside it say the same, so it is silent."""
    spans = [(0, counted_ms, "counted")]
    tenths = [ruler.Tick(10.0 * n, ruler.SHORT, "", "") for n in range(1, 10)]
    return {
        "ticks": tenths,
        "stretches": ruler.stretches(spans, total_ms),
        "goal_x": None,
        "legend": [],
        "kind": "thin",
    }


def _legend(
    counted_ms: int, pending_ms: int, refused_ms: int, goal_ms: int, nominal_ms: int = 0
) -> list[tuple[str, str]]:
    """Return the ruler in words: kind of the key, text."""

    def length(ms: int) -> str:
        return (
            display.spoken(ms) if nominal_ms or 0 < ms < display.MINUTE_MS else display.study_minutes_text(ms)
        )

    found = [("counted", _("已计 %(time)s") % {"time": length(counted_ms)})]
    if pending_ms:
        found.append(("pending", _("待确认 %(time)s") % {"time": length(pending_ms)}))
    if refused_ms:
        found.append(("refused", _("未计 %(time)s，可以补回") % {"time": length(refused_ms)}))
    if goal_ms:
        goal = {"time": display.study_minutes_text(goal_ms), "hours": display.study_hours_text(goal_ms)}
        found.append(("goal", _("目标 %(time)s（%(hours)s）") % goal))
    if nominal_ms:
        found.append(("open", _("全长 %(time)s") % {"time": display.spoken(nominal_ms)}))
    return found


# --- Actions and forms --------------------------------------------------------------------------------------------


@register.inclusion_tag("components/button.html")
def button(text: str, **options: Any) -> dict[str, Any]:
    """
    A button, or a link that looks like one when ``href`` is given.

    Options: kind (primary, secondary, quiet, danger), icon, wide, small, busy, why (the reason it is disabled, shown
    as text), type, name, value, form, css, attrs (mapping of further attributes).
    """
    kind = options.pop("kind", "primary")
    return {"text": text, "kind": kind, "type": options.pop("type", "submit"), **options}


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, hint: str = "", big: bool = False, css: str = "") -> dict[str, Any]:
    """A field of a Django form: label above, hint, control, errors under it with icon and word."""
    widget = bound.field.widget
    text = hint or bound.help_text
    described = [f"{bound.auto_id}_helptext"] if text else []
    described += [f"{bound.auto_id}_error"] if bound.errors else []
    attrs: dict[str, str | bool] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if css:
        attrs["class"] = css
    grouped = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    return {
        "bound": bound,
        "hint": text,
        "big": big,
        "layout": "group" if grouped else "check" if isinstance(widget, CheckboxInput) else "stack",
        "control": "" if grouped else bound.as_widget(attrs=attrs),
        "trades": {t.key for t in TRADES},
        "described": " ".join(described),
    }


@register.inclusion_tag("components/field.html")
def code_input(bound: BoundField, hint: str = "") -> dict[str, Any]:
    """One input for a code of six digits, drawn as six boxes; paste and the phone's own suggestion work."""
    bound.field.widget.attrs.update(
        {
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "maxlength": "6",
            "pattern": "[0-9]*",
            "spellcheck": "false",
        }
    )
    return field(bound, hint=hint, css="code-input")


@register.inclusion_tag("components/fields.html")
def fields(form: BaseForm) -> dict[str, Any]:
    """All fields of a form in their order."""
    return {"form": form}


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """What is wrong, at the top, each line a link to its field. Draws nothing for a form without errors."""
    lines = []
    for name, errors in form.errors.items():
        target = f"#{form[name].id_for_label or form[name].auto_id}" if name in form.fields else ""
        lines += [(target, error) for error in errors]
    return {"lines": lines}


@register.inclusion_tag("components/choice_tile.html")
def choice_tile(name: str, value: str, label: str, **options: Any) -> dict[str, Any]:
    """A radio (or ``type="checkbox"``) as a tile; ``trade`` puts a glyph before the word, ``checked`` chooses it."""
    return {"name": name, "value": value, "label": label, "type": options.pop("type", "radio"), **options}


@register.inclusion_tag("components/search_box.html")
def search_box(
    action: str = "/search/", q: str = "", lead: bool = False, label: str = "", landmark: str = ""
) -> dict[str, Any]:
    """A search form; a page with two of them gives each its ``landmark``, the name by which one jumps to it."""
    label = label or _("搜工种、课程、师傅")
    return {"action": action, "q": q, "lead": lead, "label": label, "landmark": landmark}


@register.inclusion_tag("components/filter_chip.html")
def filter_chip(label: str, url: str, **options: Any) -> dict[str, Any]:
    """A filter as a link: ``current`` marks the chosen one, ``removable`` shows a cross, ``count`` its hits."""
    return {"label": label, "url": url, **options}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Any, param: str = "page") -> dict[str, Any]:
    """Pages of a Django ``Page``; the other parameters of the address stay."""

    def address(number: int) -> str:
        query = context["request"].GET.copy()
        query[param] = str(number)
        return f"?{query.urlencode()}"

    pages = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "pages": [(number, address(number) if isinstance(number, int) else "") for number in pages],
        "number": page.number,
        "earlier": address(page.number - 1) if page.has_previous() else "",
        "later": address(page.number + 1) if page.has_next() else "",
    }


# --- Learning -----------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/course_card.html")
def course_card(course: Any, layout: str = "") -> dict[str, Any]:
    """A course; ``layout`` is empty (row on phones, upright from 960 px), ``flat`` or ``tall``."""
    return {"course": course, "layout": layout}


@register.inclusion_tag("components/lesson_row.html")
def lesson_row(lesson: Any) -> dict[str, Any]:
    return {"lesson": lesson}


@register.inclusion_tag("components/honour_badge.html")
def honour_badge(name: str, year: int | str = "", state: str = "verified") -> dict[str, Any]:
    """``state`` is verified, notice (公示中) or withdrawn."""
    return {"name": name, "year": year, "state": state}


# --- Messages, figures --------------------------------------------------------------------------------------------


@register.inclusion_tag("components/notice.html")
def notice(kind: str, text: str, title: str = "", **options: Any) -> dict[str, Any]:
    """``kind`` is info, ok, warn or error. Options: url, action (a link below), role."""
    icons = {"ok": "done", "warn": "warn", "error": "warn"}
    return {"kind": kind, "icon": icons.get(kind, "info"), "text": text, "title": title, **options}


@register.inclusion_tag("components/reason_row.html")
def reason_row(what: str, why: str, **options: Any) -> dict[str, Any]:
    """What was not counted and why. Options: when, make_up_url, appeal_url, objection, objection_url, icon."""
    return {"what": what, "why": why, "icon": options.pop("icon", "clock"), **options}


@register.inclusion_tag("components/empty_state.html")
def empty_state(title: str, text: str = "", **options: Any) -> dict[str, Any]:
    """A drawn tool with a dimension line whose number is the datum. Options: drawing, datum, url, action."""
    return {"title": title, "text": text, "drawing": options.pop("drawing", "ruler"), **options}


@register.inclusion_tag("components/figure_tile.html")
def figure_tile(figure: Any) -> dict[str, Any]:
    return {"figure": figure}


@register.inclusion_tag("components/data_table.html")
def data_table(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table that turns into cards under 600 px; the first column is the header of its row."""
    columns = table["columns"][1:]

    def labelled(row: Mapping[str, Any]) -> dict[str, Any]:
        return {**row, "labelled": list(zip(row["cells"], columns, strict=True))}

    foot = table.get("foot")
    return {
        "table": table,
        "rows": [labelled(row) for row in table["rows"]],
        "foot": labelled(foot) if foot else None,
    }


@register.inclusion_tag("components/day_bars.html")
def day_bars(days: Iterable[Mapping[str, Any]], label: str = "") -> dict[str, Any]:
    """Bars of a month from mappings with ``day`` (number), ``counted_ms``; a table beside it has the same figures."""
    days = list(days)
    most = max((d["counted_ms"] for d in days), default=0) or 1
    width = 100 / max(1, len(days))
    bars = [
        {
            "day": d["day"],
            "x": round(n * width + width * 0.2, 2),
            "middle": round((n + 0.5) * width, 2),
            "width": round(width * 0.6, 2),
            "height": round(80 * d["counted_ms"] / most, 1),
            "y": round(80 - 80 * d["counted_ms"] / most, 1),
            "numbered": d["day"] == 1 or d["day"] % 5 == 0,
        }
        for n, d in enumerate(days)
    ]
    return {"bars": bars, "most_ms": most, "label": label}


@register.inclusion_tag("components/timeline.html")
def timeline(items: Iterable[Any]) -> dict[str, Any]:
    return {"items": items}


@register.inclusion_tag("components/skeleton.html")
def skeleton(lines: int = 3, block: bool = False) -> dict[str, Any]:
    return {"lines": range(lines), "block": block}


@register.simple_block_tag
def dialog(content: SafeString, name: str, title: str, is_open: bool = False) -> SafeString:
    """``{% dialog "id" "标题" %} … {% enddialog %}``; opened by any button with ``data-opens="id"``, or open already."""
    context = {"name": name, "title": title, "content": content, "is_open": is_open}
    return SafeString(render_to_string("components/dialog.html", context))


# --- Page frame ---------------------------------------------------------------------------------------------------


@register.simple_block_tag
def lesson_player(content: SafeString, config: Mapping[str, Any]) -> SafeString:
    """``{% lesson_player config %} fragments {% endlesson_player %}``; config: site/static/js/player/README.md."""
    whole_ms = sum(part["nominal_ms"] for part in config["parts"])
    served = {**config, "hls_url": static("vendor/hls.js/hls.light.min.mjs")}
    said = words()
    guest = None
    if config.get("is_guest"):  # as the script would put it up: there from the start, it moves nothing
        guest = {"text": said["guest"], "url": config["sign_in_url"], "action": said["sign_in"]}
    return SafeString(
        render_to_string(
            "components/lesson_player.html",
            {
                "content": content,
                "config": json_script(served, "lesson-config"),
                "words": json_script(said, "lesson-words"),
                "guest": guest,
                "nominal_ms": whole_ms,
                "next": config.get("next"),
                "timeout_s": config["presence_timeout_ms"] // display.SECOND_MS,
                "ticks": ruler.ticks(whole_ms),
            },
        )
    )
