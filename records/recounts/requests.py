"""Two people for a recount: one files it with a reason after a dry run, another approves it, and a job enters it."""

import hashlib
import json
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.api import User
from core import audit, display, inbox, jobs
from core.clock import day_of, from_ms
from core.db import lock_rows, now_ms
from records.corrections.desk import own_chains
from records.corrections.queries import DUTY, desks_of
from records.ledger.terms import Version
from records.models import Recount, RecountedLearner, StudyPolicy
from records.operations.policies import owners_above, version_of
from records.policies.words import field_names
from records.recounts import errors
from records.recounts.evidence import Resolver, Scope
from records.recounts.rules import Figures
from records.recounts.running import candidates, enter_recount, figures_of, scope_below
from unions.api import Union, officers_of, union_above

JOB = "records.recount"
STREAM = "records"
WORDS = 400


def last_month(today: date) -> tuple[date, date]:
    """
    Return the first and last day of the month before the one of a day.

    >>> last_month(date(2026, 3, 15))
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))
    """
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def scope_of(version: Version, union: Union | None, day_from: date, day_to: date) -> Scope:
    """Return whose time of which days a version would judge."""
    return Scope(version, day_from, day_to, scope_below(union))


@transaction.atomic
def file_recount(
    *,
    policy: StudyPolicy,
    union: Union,
    day_from: date,
    day_to: date,
    words: str,
    officer: User,
    now: int,
    address: str = "",
) -> Recount:
    """
    File that the time of these days, of a union's members and of all below it, be judged by a version.

    :raises DaysWrong: if a day of it is not over.
    :raises NotInScope: if the officer has no right to write there.
    :raises OutOfReach: if the version's owner has no say for this union.
    :raises NotRecountable: if it differs in more than caps.
    :raises NothingChanges: if nobody's time would change.
    :raises WordsMissing: if there is no reason.
    """
    if not day_from <= day_to < day_of(now):
        raise errors.DaysWrong
    _check_officer(officer, union.uuid, now)
    version = version_of(policy)
    if not _may_reach(version.owner, union, day_to):
        raise errors.OutOfReach
    said = _said(words)
    found = figures_of(
        candidates(union=union, day_from=day_from, day_to=day_to), scope_of(version, union, day_from, day_to)
    )
    check_figures(found)
    by = officer.person.uuid
    recount = Recount.objects.create(
        policy=policy,
        union=union.uuid,
        day_from=day_from,
        day_to=day_to,
        words=said,
        preview=found.as_json(),
        filed_by=by,
        filed_at=now,
    )
    _ask_second_person(recount, now)
    _note("recount.file", recount, by, address)
    return recount


def check_figures(found: Figures) -> None:
    """
    Let only a recount pass that can be done and changes something.

    :raises NotRecountable: if fields differ that no recount can judge.
    :raises NothingChanges: if nobody's time would change.
    """
    if found.beyond:
        raise errors.NotRecountable(found.beyond, field_names(found.beyond))
    if not found.changed:
        raise errors.NothingChanges


def _may_reach(owner: str, union: Union, day: date) -> bool:
    """Tell whether an owner has a say for a union or for something below it: programmes answer lesson by lesson."""
    if owner.startswith("programme:") or owner in owners_above(union.uuid, on=day):
        return True
    below = Union.objects.filter(path__startswith=union.path)
    return owner.startswith("union:") and below.filter(uuid=UUID(owner.removeprefix("union:"))).exists()


@transaction.atomic
def decide_recount(
    *, recount: UUID, officer: User, approve: bool, now: int, words: str = "", address: str = ""
) -> Recount:
    """
    Decide a recount as the second person. Approved, a job enters it learner by learner; refused (with ``words``), nothing
    is written.

    :raises AlreadyDecided: if it was decided before.
    :raises SecondPersonNeeded: if the officer filed it, under whatever uuid.
    :raises NotInScope, WordsMissing: see ``file_recount``.
    """
    found = lock_rows(Recount.objects.filter(uuid=recount)).select_related(None).get()
    if found.state != Recount.State.FILED:
        raise errors.AlreadyDecided
    _check_officer(officer, found.union, now)
    if found.filed_by in own_chains(officer.person):
        raise errors.SecondPersonNeeded
    by = officer.person.uuid
    found.decided_by, found.decided_at = by, now
    if approve:
        found.state, found.decision = Recount.State.APPROVED, " ".join(words.split())[:WORDS]
        found.job = jobs.enqueue(kind=JOB, payload={"recount": str(found.uuid)}, by=by).uuid
    else:
        found.state, found.decision = Recount.State.REFUSED, _said(words)
    found.save(update_fields=["state", "decided_by", "decided_at", "decision", "job"])
    inbox.settle(key=_task(found), at=from_ms(now))
    inbox.send(
        to=found.filed_by,
        kind="recount.decided",
        title=_("重算批准了，正在入账") if approve else _("重算没有通过"),
        body=found.decision,
        url=reverse("records:recount", args=[found.union, found.uuid]),
        source_name=_("学时规则"),
        at=from_ms(now),
    )
    _note("recount.approve" if approve else "recount.refuse", found, by, address)
    return found


def run_recount(running: jobs.RunningJob) -> dict[str, object]:
    """
    Enter an approved recount. Each learner is one transaction; killed and begun again, it goes on where time does not yet
    stand as the version says.
    """
    recount = Recount.objects.select_related("policy").get(uuid=UUID(running.payload["recount"]))
    union = Union.objects.get(uuid=recount.union)
    scope = scope_of(version_of(recount.policy), union, recount.day_from, recount.day_to)
    resolver = Resolver(scope.version)
    evidence = evidence_of(recount)
    done_before = set(recount.learners.values_list("learner", flat=True))
    learners = candidates(union=union, day_from=recount.day_from, day_to=recount.day_to)
    for done, learner in enumerate(learners, start=1):
        if learner not in done_before:
            with transaction.atomic():
                now = now_ms()
                changed = enter_recount(recount, learner, scope, resolver, evidence=evidence, now=now)
                if changed is not None:
                    _tell_learner(recount, changed, now)
        running.progress(done, len(learners))
    return outcome_of(recount)


def outcome_of(recount: Recount) -> dict[str, object]:
    """Return what was entered so far: learners, ms they gained and lost."""
    rows = recount.learners.values_list("before_ms", "after_ms")
    deltas = [after - before for before, after in rows]
    return {
        "changed": len(deltas),
        "gained_ms": sum(d for d in deltas if d > 0),
        "lost_ms": -sum(d for d in deltas if d < 0),
    }


def evidence_of(recount: Recount) -> str:
    """Return the SHA-256 of what was asked and approved, as entries name it."""
    policy = recount.policy
    document = {
        "recount": str(recount.uuid),
        "policy": str(policy),
        "values": version_of(policy).values,
        "union": str(recount.union),
        "days": [recount.day_from.isoformat(), recount.day_to.isoformat()],
        "words": recount.words,
        "filed": [str(recount.filed_by), recount.filed_at],
        "approved": [str(recount.decided_by), recount.decided_at],
    }
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _check_officer(officer: User, union: UUID, now: int) -> None:
    if not desks_of(officer, write=True, on=day_of(now)).filter(uuid=union).exists():
        raise errors.NotInScope


def _said(words: str) -> str:
    text = " ".join(words.replace("\x00", "").split())[:WORDS]
    if not text:
        raise errors.WordsMissing
    return text


def _task(recount: Recount) -> str:
    return f"recount:{recount.uuid}"


def _ask_second_person(recount: Recount, now: int) -> None:
    """Give it as a task to the others who may decide it: at its own union, or at the nearest one above that has any."""
    desk: UUID | None = recount.union
    while desk is not None:
        union = Union.objects.get(uuid=desk)
        others = set(officers_of(union, DUTY, on=day_of(now))) - {recount.filed_by}
        if others:
            inbox.send_to_many(
                to=sorted(others),
                kind="recount.task",
                title=_("有一次学时重算等复核"),
                body=_("{count} 名会员的学时会变。要第二个人复核才入账。").format(
                    count=recount.preview["changed"]
                ),
                url=reverse("records:recount", args=[recount.union, recount.uuid]),
                action=_("去复核"),
                source_name=union.name,
                is_task=True,
                key=_task(recount),
                at=from_ms(now),
            )
            return
        desk = union_above(desk)


def _tell_learner(recount: Recount, changed: RecountedLearner, now: int) -> None:
    delta = changed.after_ms - changed.before_ms
    if not delta:
        return
    words = (
        _("{first}到{last}的学时按改过的规则重新算过，多了 {time}。原因：{words}")
        if delta > 0
        else _("{first}到{last}的学时按改过的规则重新算过，少了 {time}，重看这些课就能补上。原因：{words}")
    )
    inbox.send(
        to=changed.learner,
        kind="recount.entered",
        title=_("学时按新规则重新算过"),
        body=words.format(
            first=display.day(recount.day_from),
            last=display.day(recount.day_to),
            time=display.spoken(abs(delta)),
            words=recount.words,
        ),
        url=f"{reverse('records:own')}?month={recount.day_from:%Y-%m}",
        action=_("看记录"),
        source_name=_("学时规则"),
        at=from_ms(now),
    )


def _note(action: str, recount: Recount, by: UUID, address: str) -> None:
    audit.record(
        stream=STREAM,
        action=action,
        actor=by,
        target=f"recount:{recount.uuid}",
        address=address,
        detail={
            "policy": str(recount.policy),
            "union": recount.union,
            "days": [recount.day_from, recount.day_to],
            "preview": recount.preview,
        },
    )
