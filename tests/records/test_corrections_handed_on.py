"""What waits when a union closes, merges, or one matter fails; what a merged person sees; who reads a paper."""

from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from accounts.models import PersonAlias
from core.inbox.models import Message
from core.models import AuditRow
from media.api import PAPER_TYPES, keep_private_file
from records.api import decide_correction, file_grant, file_objection
from records.corrections import escalate_overdue, hand_on_corrections, objections
from records.models import Correction, Objection
from tests.factories.people import make_user
from tests.factories.records import MINUTE
from tests.records.desk import PAPER, Desk, officer_at
from tests.records.world import NOON
from unions.api import close_union, merge_unions, refresh_paths

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
DAY_MS = 86_400_000


@pytest.fixture
def desk(clock, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return Desk(clock)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def filed(desk, paper=PAPER):
    return file_grant(
        learner=desk.learner, began_at=NOON - 3 * 3_600_000, ms=MINUTE, officer=desk.zhou, reason="classroom",
        words="班前学习", paper=paper, now=desk.clock.now,
    )  # fmt: skip


def test_correction_of_a_union_that_merged_is_decided_where_it_went(desk):
    correction = filed(desk)
    heir = officer_at(desk.tree["mine"])
    at_mine = f"/unions/{desk.tree['mine'].uuid}/corrections/"
    assert client_of(heir).get(f"{at_mine}{correction.uuid}/").status_code == 404
    # The tree moves by the calendar, these tests by a clock of their own: both are past the day.
    merge_unions(closing=desk.tree["plant"], into=desk.tree["mine"], on=date(2026, 1, 2))
    refresh_paths(on=TODAY)

    assert hand_on_corrections(now=desk.clock.now) == 1
    task = Message.objects.get(recipient=heir.person.uuid, kind="correction.task")
    assert str(desk.tree["mine"].uuid) in task.url
    assert hand_on_corrections(now=desk.clock.now) == 1
    assert Message.objects.filter(recipient=heir.person.uuid).count() == 1
    assert "班前学习" in client_of(heir).get(at_mine).content.decode()
    decided = client_of(heir).post(f"{at_mine}{correction.uuid}/decide/", {"decision": "approve"})
    assert decided.status_code == 302
    assert Correction.objects.get().state == "approved"


def test_correction_of_a_union_that_closed_goes_one_level_up(desk):
    correction = filed(desk)
    close_union(union=desk.tree["shop"], on=date(2026, 1, 2))
    close_union(union=desk.tree["plant"], on=date(2026, 1, 3))
    county = f"/unions/{desk.tree['county'].uuid}/corrections/{correction.uuid}/"
    assert client_of(desk.sun).get(county).status_code == 200
    decide_correction(correction=correction.uuid, officer=desk.sun, approve=True, now=desk.clock.now)
    stranger = officer_at(desk.tree["mine"])
    assert client_of(stranger).get(county).status_code == 404


def test_one_objection_that_fails_keeps_no_other_from_going_up(desk, monkeypatch):
    first = file_objection(learner=desk.learner, span=desk.span.pk, words="信号断了。", now=desk.clock.now)
    desk.player.open()
    desk.miss()
    last = desk.span.__class__.objects.filter(learner=desk.learner).latest("pk")
    second = file_objection(learner=desk.learner, span=last.pk, words="信号又断了。", now=desk.clock.now)
    escalate = objections._escalate

    def failing(uuid, today, now):
        if uuid == first.uuid:
            raise RuntimeError("one of them is broken")
        return escalate(uuid, today, now)

    monkeypatch.setattr(objections, "_escalate", failing)
    assert escalate_overdue(now=desk.clock.now + 10 * DAY_MS) == 1
    assert Objection.objects.get(pk=first.pk).escalations == 0
    assert Objection.objects.get(pk=second.pk).escalations == 1


def test_merged_person_sees_objections_and_papers_of_the_old_chain(desk):
    paper = keep_private_file(file=ContentFile(b"%PDF-1.7 list"), allowed=PAPER_TYPES)
    correction = filed(desk, paper)
    objection = file_objection(
        learner=desk.learner, span=desk.span.pk, words="信号断了。", now=desk.clock.now
    )
    now_called = make_user()
    pages = f"/records/objections/{objection.uuid}/", f"/records/evidence/{correction.evidence.uuid}/"
    assert {client_of(now_called).get(page).status_code for page in pages} == {404}
    PersonAlias.objects.create(alias=desk.learner, person=now_called.person)
    assert {client_of(now_called).get(page).status_code for page in pages} == {200}


def test_whoever_reads_a_paper_or_a_correction_is_written_down(desk):
    paper = keep_private_file(file=ContentFile(b"%PDF-1.7 list"), allowed=PAPER_TYPES)
    correction = filed(desk, paper)
    address = f"/records/evidence/{correction.evidence.uuid}/"
    assert client_of(desk.sun).get(address).status_code == 200
    assert client_of(make_user()).get(address).status_code == 404
    row = AuditRow.objects.get(action="evidence_file.read")
    assert row.actor == desk.sun.person.uuid
    assert row.target == f"evidence_file:{correction.evidence.uuid}"
    client_of(desk.sun).get(f"/unions/{desk.tree['county'].uuid}/corrections/{correction.uuid}/")
    assert AuditRow.objects.filter(action="correction.view", actor=desk.sun.person.uuid).count() == 1
