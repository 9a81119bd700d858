"""
Offline: giving a learner a lesson to take along, and taking what was studied with it (``docs/decisions/0009``).

A licence is a session that began when it was issued and ends when its window does. What comes with it is judged by the
same rules as any other beat, on the licence's clock: so nobody can claim more time than went by, an instant counts once,
and sending again changes nothing.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from django.db import transaction

from core.db import now_ms
from core.keys import UnknownKey, public_key, sign
from records.db import store
from records.ledger.intervals import Interval
from records.ledger.licences import (
    VERSION,
    NotALicence,
    Run,
    RunsNotInOrder,
    check_order,
    octets_of,
    read_token,
    shift_at,
    shifts_of,
    token_of,
)
from records.ledger.snapshot import LessonSnapshot
from records.ledger.terms import Terms
from records.models import StudyLicence
from records.operations.beats import OFFLINE, Answer, Beat, Draw, SessionNotFound, Totals, accept_beats, run
from records.operations.holding import free_clock
from records.operations.sessions import Opened, SessionTaken, opening_answer, seal_checks, write_session
from records.operations.work import Work

__all__ = ["Licence", "LicenceNotValid", "NoOfflineStudy", "OtherDevice", "Run", "RunsNotInOrder", "accept_upload",
           "issue_licence"]  # fmt: skip

CHECKS = 24
"""Of one licence. No server can give another one on the way: enough for two hours at the shortest interval."""
MOST_RUNS = 400


class LicenceNotValid(Exception):
    """The licence was not signed by us, or is not as it was signed."""


class OtherDevice(Exception):
    """The licence belongs to another device."""


class NoOfflineStudy(Exception):
    """The policy in force leaves no time to send anything later."""


@dataclass(frozen=True, slots=True)
class Licence:
    """
    A licence and what the lesson's opening answer would say now. ``token`` is what comes back with an upload;
    ``is_new`` is False when the call was repeated.
    """

    uuid: UUID
    learner: UUID
    lesson: UUID
    device: str
    nonce: str
    issued_at: int
    expires_at: int
    presence_timeout_ms: int
    now: int
    token: str
    opened: Opened
    is_new: bool


def issue_licence(
    *,
    learner: UUID,
    licence: UUID,
    lesson: LessonSnapshot,
    device: str,
    is_elder: bool = False,
    now: int | None = None,
    draw: Draw | None = None,
) -> Licence:
    """
    Give a learner the right to study a lesson on a device without a network, or find it again when the call is repeated.

    It ends nobody's session: taking a lesson along is no study yet. ``now`` is the instant in ms, None takes the
    database's clock; ``draw`` gives the played time to each check, None draws by the terms.

    :raises SessionTaken: if the uuid names a session, or a licence of another learner, lesson or device.
    :raises NoOfflineStudy: if the policy accepts nothing that comes later.
    """
    is_new = False
    with transaction.atomic():
        store.lock_state(learner)
        known = StudyLicence.objects.filter(pk=licence).first()
        if known is None:
            is_new = True
            known = _issue(learner, licence, lesson, device, is_elder, now_ms() if now is None else now, draw)
    return _licence(known, learner, lesson.lesson, device, is_new, now)


def find_licence(*, learner: UUID, licence: UUID, lesson: UUID, device: str) -> Licence | None:
    """
    Return a licence that was issued before, whether or not the lesson may still be taken along, or None.

    :raises SessionTaken: if it is one of another learner, lesson or device.
    """
    known = StudyLicence.objects.filter(pk=licence).first()
    return None if known is None else _licence(known, learner, lesson, device, False, None)


def accept_upload(
    *,
    learner: UUID,
    device: str,
    token: str,
    nonce: str = "",
    beats: Sequence[Beat],
    answers: Sequence[Answer] = (),
    taps: Sequence[int] = (),
    runs: Sequence[Run] = (),
    sent_ms: int | None = None,
    now: int | None = None,
) -> Totals:
    """
    Take what was studied with a licence. All times are ms on the licence's clock; ``runs`` says in which lives of the
    device they lie, none means that it never stopped counting. ``sent_ms`` is what the device takes the licence's clock
    to be now; ``nonce`` is that of the licence, if it is sent beside it.

    :raises LicenceNotValid: if we did not sign this licence, or the nonce is another one's.
    :raises SessionNotFound: if it is a licence of somebody else.
    :raises OtherDevice: if it was issued to another device.
    :raises RunsNotInOrder: if the runs overlap, one that is known begins elsewhere, or something lies in none of them;
        nothing is recorded then.
    :raises UnknownCheck: if an answer names no check or question; nothing is recorded then.
    """
    body = _verified(token)
    if nonce and nonce != body["nonce"]:
        raise LicenceNotValid("nonce")
    if body["learner"] != str(learner):
        raise SessionNotFound(body["licence"])
    if body["device"] != device:
        raise OtherDevice(device)
    licence = UUID(body["licence"])
    shifts = _placed(learner, licence, body["nonce"], runs, sent_ms, now)
    if runs:
        beats = [_moved_beat(beat, shift_at(runs, shifts, beat.t_from, beat.t_to)) for beat in beats]
        answers = [_moved_answer(a, shift_at(runs, shifts, a.shown, a.t)) for a in answers]
        taps = [t + shift_at(runs, shifts, t, t) for t in taps]
    return accept_beats(
        learner=learner, session=licence, beats=beats, answers=answers, taps=taps, source=OFFLINE, now=now
    )


def _issue(
    learner: UUID,
    licence: UUID,
    lesson: LessonSnapshot,
    device: str,
    is_elder: bool,
    now: int,
    draw: Draw | None,
) -> StudyLicence:
    def window(terms: Terms) -> int:
        if not terms.lateness_ms:
            raise NoOfflineStudy
        return terms.lateness_ms

    session = write_session(
        licence,
        learner=learner,
        lesson=lesson,
        device=device,
        source=OFFLINE,
        is_elder=is_elder,
        now=now,
        lasts=window,
    )
    loaded = store.load(learner, licence, now=now)
    work = Work(learner, loaded)  # type: ignore[arg-type]  # it was written just now
    seal_checks(work, lesson, draw, least=CHECKS)
    if not store.save(work.finish()):
        raise RuntimeError("a learner's row changed under its lock")
    nonce = secrets.token_hex(16)
    terms = work.session.terms_at(now)
    body: dict[str, Any] = {
        "v": VERSION,
        "licence": str(licence),
        "learner": str(learner),
        "lesson": str(lesson.lesson),
        "edition": str(lesson.edition) if lesson.edition else None,
        "device": session.device,
        "nonce": nonce,
        "issued_ms": now,
        "expires_ms": now + terms.lateness_ms,
        "max_rate_permille": terms.max_rate_permille,
        "presence_timeout_ms": terms.presence_timeout_ms,
        "parts": [[str(uuid), p.kind, p.nominal_ms] for uuid, p in work.session.parts.items()],
        "checks": [[check.id, check.after_ms, check.kind] for check in work.session.checks],
    }
    return StudyLicence.objects.create(
        uuid=licence,
        learner=learner,
        device=session.device,
        nonce=nonce,
        token=token_of(body, *sign(octets_of(body))),
        issued_at=now,
        expires_at=now + terms.lateness_ms,
    )


def _licence(
    known: StudyLicence, learner: UUID, lesson: UUID, device: str, is_new: bool, now: int | None
) -> Licence:
    body = read_token(known.token)[0]
    if (known.learner, body["lesson"], known.device) != (learner, str(lesson), device):
        raise SessionTaken(known.uuid)

    def act(work: Work) -> tuple[int, Opened]:
        return work.now, opening_answer(work, is_new)

    at, opened = run(learner, known.uuid, act, now=now)
    return Licence(
        known.uuid,
        learner,
        lesson,
        known.device,
        known.nonce,
        known.issued_at,
        known.expires_at,
        body["presence_timeout_ms"],
        at,
        known.token,
        opened,
        is_new,
    )


def _verified(token: str) -> dict[str, Any]:
    try:
        body, key, signature, octets = read_token(token)
        public_key(key).verify(signature, octets)
    except (NotALicence, UnknownKey, InvalidSignature) as error:
        raise LicenceNotValid(str(error)) from error
    return body


@transaction.atomic
def _placed(
    learner: UUID, licence: UUID, nonce: str, runs: Sequence[Run], sent_ms: int | None, now: int | None
) -> dict[int, int]:
    """Place runs that are new, each once for all, and return by how much each is moved."""
    check_order(runs)
    store.lock_state(learner)
    row = StudyLicence.objects.filter(pk=licence, learner=learner).first()
    if row is None or not secrets.compare_digest(row.nonce, nonce):
        raise SessionNotFound(licence)
    at = now_ms() if now is None else now
    known = {int(number): run["shift_ms"] for number, run in row.runs.items()}
    for each in runs:
        # Moved by what another beginning asked for, it would lie before the licence.
        if each.number in known and row.runs[str(each.number)]["at_ms"] != each.at:
            raise RunsNotInOrder(each.number)
    # A client may name only the runs it sends something of; the others keep their places all the same.
    named = {each.number for each in runs}
    others = [Run(int(n), run["at_ms"], run["ms"]) for n, run in row.runs.items() if int(n) not in named]
    all_runs = sorted([*runs, *others], key=lambda each: each.number)
    shifts = shifts_of(all_runs, known, at - row.issued_at, _free(row, at) if named - known.keys() else ())
    if len(shifts) > MOST_RUNS:
        raise RunsNotInOrder(MOST_RUNS)
    parted = None if sent_ms is None else sent_ms - (at - row.issued_at)
    for each in runs:
        before = row.runs.get(str(each.number), {})
        row.runs[str(each.number)] = {
            "at_ms": before.get("at_ms", each.at),
            "ms": max(before.get("ms", 0), each.ms),
            "shift_ms": shifts[each.number],
            "parted_ms": before.get("parted_ms", parted),
        }
    row.uploaded_at = at
    row.save(update_fields=["runs", "uploaded_at"])
    return shifts


def _free(licence: StudyLicence, at: int) -> list[Interval]:
    """Return what of the learner's clock since the licence was issued is recorded nowhere, on the licence's clock."""
    free = free_clock(learner=licence.learner, t_from=licence.issued_at, t_to=at)
    return [(start - licence.issued_at, end - licence.issued_at) for start, end in free]


def _moved_beat(beat: Beat, by: int) -> Beat:
    return replace(beat, t_from=beat.t_from + by, t_to=beat.t_to + by)


def _moved_answer(answer: Answer, by: int) -> Answer:
    return replace(answer, shown=answer.shown + by, t=answer.t + by)
