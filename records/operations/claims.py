"""
Signing in where one has studied as a guest: what waits there becomes the person's own study, once.

Nothing is carried over but what was sent. It is judged again, by the person's policy, presence and caps, on the person's
clock; so a claim never gives more than the same beats would have given to somebody signed in.
"""

from uuid import UUID

from django.db import transaction

from core.clock import day_of, day_start_ms
from core.db import now_ms
from records.db import lock_device, store
from records.ledger import codec
from records.ledger.requests import Answer
from records.ledger.snapshot import LessonSnapshot
from records.ledger.state import Judgement
from records.ledger.terms import DAY_MS, Terms
from records.models import GuestSession, GuestSpan, StudySession
from records.operations.beats import OFFLINE, accept_beats, prove_by_tap, run
from records.operations.guests import KEPT_MS, answers_of, beats_of, checks_of
from records.operations.policies import newest_policy, terms_for
from records.operations.sessions import LessonNotOpen, resolve_lesson, snapshot_columns
from records.operations.work import Work, learner_of
from unions.api import union_of

SOURCE = "guest"


@transaction.atomic
def claim_guest_study(*, device: str, learner: UUID) -> int:
    """
    Give the study that waits under a device to the person who signed in there; return how many sessions.

    Who comes first has it: what was claimed no longer waits. A lesson that the person may not study now is left until
    its 24 hours are over.
    """
    lock_device(device)
    now = now_ms()
    since = now - KEPT_MS
    claimed = 0
    rows = GuestSession.objects.filter(device=device, seen_at__gt=since).order_by("opened_at", "uuid")
    for row in rows:
        try:
            lesson = resolve_lesson(lesson=row.lesson, learner=learner, now=now)
        except (LessonNotOpen, LookupError):
            continue
        if not StudySession.objects.filter(pk=row.uuid).exists():
            _take_over(row, lesson, learner, now, since)
            claimed += 1
        GuestSpan.objects.filter(session=row.uuid).delete()
        row.delete()
    return claimed


def _take_over(row: GuestSession, lesson: LessonSnapshot, learner: UUID, now: int, since: int) -> None:
    """Open the session where it was opened, let it receive what it received, in one go, and end it where it ended."""
    state = store.lock_state(learner)
    end, reason = _end_of(row, learner, state, now)
    segments = _terms_over(row, lesson, learner, end)
    StudySession.objects.create(
        uuid=row.uuid,
        learner=learner,
        source=SOURCE,
        is_elder=row.is_elder,
        device=_name_of(row),
        **snapshot_columns(lesson),
        policy=segments[0][1].identity,
        terms=codec.dump_segments(segments),
        policy_seen=newest_policy(),
        policy_day=day_of(row.opened_at),
        union=union_of(learner, day_of(row.opened_at)),
        opened_at=row.opened_at,
        ended_at=end,
        end_reason=reason,
        checks=codec.dump_checks(checks_of(row)),
    )
    run(learner, row.uuid, _start)
    known = {check[0] for check in row.checks} | {
        str(part.uuid) for part in lesson.parts if part.kind == "question"
    }
    answers: list[Answer] = [answer for answer in answers_of(row) if answer.id in known]
    accept_beats(learner=learner, session=row.uuid, beats=beats_of(row, since=since), answers=answers)
    if row.tapped_at is not None:
        at = min(row.tapped_at, end)
        run(learner, row.uuid, lambda work: prove_by_tap(work, at))


def _name_of(row: GuestSession) -> str:
    return f"{SOURCE}:{row.device[:16]}"


def _start(work: Work) -> None:
    """
    Begin the countdown where the first session begins, as opening one does: of somebody who has never studied, or
    studied for the first time after this.
    """
    at, first = work.session.opened_at, work.session.checks[0].after_ms
    known = work.learner.judgements
    if not known or (known[0].kind == "start" and known[0].at > at):
        start = Judgement(at, "start", work.session.uuid, next_ms=first)
        work.learner.judgements = [start, *known[1:]]
        work.touched = True


def _end_of(row: GuestSession, learner: UUID, state: store.Row, now: int) -> tuple[int, str]:
    """
    Return when the session ended, and why. One place: if the person opened another session after this one, or went on
    in one, it ended there.
    """
    ended, reason = row.ended_at, row.end_reason
    if ended is None:
        ended, reason = now, StudySession.End.SUPERSEDED.value
    opened = StudySession.objects.filter(learner=learner, opened_at__gte=row.opened_at, opened_at__lt=ended)
    opened = opened.exclude(device=_name_of(row))  # on this device each session ended the one before already
    opened = opened.exclude(source=OFFLINE)  # taking a lesson along is no study yet
    elsewhere = list(opened.order_by("opened_at").values_list("opened_at", flat=True)[:1])
    recorded = learner_of(learner, state).clock.inside(row.opened_at, ended)
    elsewhere += [recorded[0][0]] if recorded else []
    if elsewhere:
        return max(row.opened_at, min(elsewhere)), StudySession.End.SUPERSEDED.value
    return ended, reason


def _terms_over(
    row: GuestSession, lesson: LessonSnapshot, learner: UUID, end: int
) -> list[tuple[int, Terms]]:
    """Return the terms in force for this person from the opening on; at each midnight the union may be another."""
    keys = sorted(lesson.owner_keys)
    segments: list[tuple[int, Terms]] = []
    since = row.opened_at
    while since < end or not segments:
        union = union_of(learner, day_of(since))
        fresh = terms_for(union=union, owner_keys=keys, since=since, is_elder=row.is_elder)
        segments = [(at, terms) for at, terms in segments if at < since]
        segments += [(at, terms) for at, terms in fresh if not segments or terms != segments[-1][1]]
        since = day_start_ms(day_of(since)) + DAY_MS
    return segments
