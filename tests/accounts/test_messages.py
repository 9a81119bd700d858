"""The message centre: what is to be done first, each message once, done when the thing is done, never a way out."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import inbox
from core.inbox import entries
from core.models import Message, ReadEntries
from tests.factories.people import make_person, make_user

pytestmark = pytest.mark.django_db
CENTRE = "/me/messages/"


@pytest.fixture
def user(client):
    user = make_user()
    client.force_login(user)
    return user


@pytest.fixture
def source(monkeypatch):
    """A source in the place of all others: what it holds is what everybody is shown; it rings."""
    held: list[inbox.Entry] = []
    monkeypatch.setattr(entries, "_SOURCES", {lambda user, now: list(held): True})
    return held


def tell(user, title="题", **more):
    return inbox.send(to=user.person.uuid, kind=more.pop("kind", "k"), title=title, **more)


def page(client, query=""):
    return client.get(CENTRE + query).context["page"]


def test_messages_are_opened_read_and_only_ones_own(client, user):
    mine = tell(user, "入会已确认", url="/me/")
    other = inbox.send(to=make_person().uuid, kind="k", title="别人的")
    text = client.get(CENTRE).content.decode()
    assert "入会已确认" in text
    assert "别人的" not in text
    assert client.get(f"{CENTRE}{mine.uuid}/").headers["Location"] == "/me/"
    assert client.get(f"{CENTRE}{other.uuid}/").status_code == 404
    assert client.get(f"{CENTRE}no-such-key/").status_code == 404
    assert inbox.unread_count(user.person.uuid) == 0


def test_a_message_never_leads_away(user):
    for url in ("//evil.example", "https://evil.example", "javascript:alert(1)"):
        with pytest.raises(ValueError, match="this site"):
            tell(user, url=url)
        with pytest.raises(IntegrityError), transaction.atomic():
            Message.objects.create(recipient=uuid4(), kind="k", title="题", url=url)


def test_the_same_act_twice_makes_one_message(user):
    first = tell(user, "一", key="join:1")
    again = tell(user, "一", key="join:1")
    inbox.send_to_many(to=[user.person.uuid] * 3, kind="k", title="一", key="join:1")
    assert again == first
    assert inbox.messages_of(user.person.uuid).count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(recipient=user.person.uuid, kind="k", title="题", key="join:1")


def test_a_matter_that_comes_up_again_is_new_and_open_again(user):
    inbox.send_to_many(to=[user.person.uuid], kind="k", title="一份", key="m", is_task=True, url="/me/")
    inbox.settle(key="m")
    inbox.send_to_many(
        to=[user.person.uuid], kind="k", title="两份", key="m", is_task=True, url="/me/", renew=True
    )
    [message] = inbox.messages_of(user.person.uuid)
    assert (message.title, message.state, message.done_at) == ("两份", "unread", None)


def test_a_task_is_done_when_the_thing_is_done_not_when_it_is_read(client, user):
    task = tell(user, "去审核", key="review:1", is_task=True, url="/me/")
    client.get(f"{CENTRE}{task.uuid}/")
    client.post(f"{CENTRE}read/")
    assert [entry.title for entry in page(client).tasks] == ["去审核"]

    assert inbox.settle(key="review:1") == 1

    after = page(client)
    assert (after.tasks, [entry.is_done for entry in after.told]) == ([], [True])
    assert "已办" in client.get(CENTRE).content.decode()


def test_a_task_without_a_place_to_do_it_is_refused(user):
    with pytest.raises(ValueError, match="page"):
        tell(user, is_task=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(recipient=user.person.uuid, kind="k", title="题", is_task=True)


@pytest.mark.parametrize("wrong", [{"state": "lost"}, {"state": "done"}, {"done_at": timezone.now()}])
def test_the_database_knows_three_states_and_when_a_thing_was_done(user, wrong):
    message = tell(user)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(**wrong)


def test_what_is_over_asks_for_nothing_any_more(client, user):
    now = timezone.now()
    tell(user, "昨天为止", is_task=True, url="/me/", expires_at=now - timedelta(days=1))
    tell(user, "后天为止", is_task=True, url="/me/", expires_at=now + timedelta(days=2))
    shown = page(client)
    assert [entry.title for entry in shown.tasks] == ["后天为止"]
    assert shown.tasks[0].is_late
    assert [entry.is_over for entry in shown.told] == [True]
    assert inbox.bell_count(user, now) == 1
    assert "已过期" in client.get(CENTRE).content.decode()


def test_what_is_due_first_stands_first(client, user):
    now = timezone.now()
    tell(user, "不急", is_task=True, url="/me/")
    tell(user, "十天", is_task=True, url="/me/", expires_at=now + timedelta(days=10))
    tell(user, "两天", is_task=True, url="/me/", expires_at=now + timedelta(days=2))
    assert [entry.title for entry in page(client).tasks] == ["两天", "十天", "不急"]


def test_an_entry_of_a_source_is_read_once_and_gone_when_the_thing_is_done(client, user, source):
    now = timezone.now()
    source.append(inbox.Entry(key="queue:1", kind="review.asked", title="等你审核", at=now, url="/me/"))
    assert inbox.bell_count(user, now) == 1

    assert client.get(f"{CENTRE}queue:1/").headers["Location"] == "/me/"
    assert inbox.bell_count(user, now) == 0
    assert [entry.is_new for entry in page(client).told] == [False]

    source[0] = replace(source[0], key="queue:2")
    client.post(f"{CENTRE}read/")
    assert ReadEntries.objects.get(person=user.person.uuid).keys == ["queue:2"]
    source.clear()
    assert page(client).told == []
    assert client.get(f"{CENTRE}queue:2/").headers["Location"] == CENTRE


def test_every_message_is_on_exactly_one_page(client, user, source):
    at = timezone.now()
    titles = [str(n) for n in range(inbox.page.A_PAGE * 2 + 5)]
    for n, title in enumerate(titles):
        tell(user, title, at=at - timedelta(hours=n // 3))
    source += [
        inbox.Entry(
            key=f"notice:{n}", kind="notice.new", title=f"通知{n}", at=at - timedelta(hours=n), place=n
        )
        for n in range(7)
    ]
    seen, after = [], ""
    while True:
        shown = page(client, f"?after={after}" if after else "")
        seen += [entry.title for entry in shown.told]
        if shown.earlier is None:
            break
        after = str(shown.earlier)
    assert sorted(seen) == sorted(titles + [f"通知{n}" for n in range(7)])


@pytest.mark.parametrize(
    "query", ["?show=x", "?after=x", "?after=1-", "?after=99999999999999999-999999999999999999"]
)
def test_a_broken_address_shows_a_page(client, user, query):
    tell(user)
    assert client.get(CENTRE + query).status_code == 200


def test_one_looks_for_one_kind_or_for_what_is_unread(client, user):
    tell(user, "入会", kind="join.confirmed")
    tell(user, "审核", kind="review.asked")
    tell(user, "别的", kind="token.expires")
    client.get(f"{CENTRE}{inbox.messages_of(user.person.uuid).get(title='审核').uuid}/")
    assert [e.title for e in page(client, "?show=union").told] == ["入会"]
    assert [e.title for e in page(client, "?show=course").told] == ["审核"]
    assert [e.title for e in page(client, "?show=system").told] == ["别的"]
    assert {e.title for e in page(client, "?show=unread").told} == {"入会", "别的"}
    assert "这一类还没有消息" in client.get(f"{CENTRE}?show=study").content.decode()


def test_an_empty_centre_says_what_will_be_there(client, user):
    assert "还没有消息" in client.get(CENTRE).content.decode()
    assert "没有未读的消息" in client.get(f"{CENTRE}?show=unread").content.decode()


def test_the_bell_costs_nothing_until_something_comes(client, user, django_assert_num_queries):
    now = timezone.now()
    assert inbox.bell_count(user, now) == 0
    with django_assert_num_queries(0):
        assert inbox.bell_count(user, now) == 0
    tell(user)
    assert inbox.bell_count(user, now) == 1
    assert "消息，1 条未读" in client.get("/me/").content.decode()


def test_the_centre_costs_the_same_with_many_messages(client, user):
    def statements():
        with CaptureQueriesContext(connection) as captured:
            client.get(CENTRE)
        return len(captured)

    tell(user)
    client.get(CENTRE)
    few = statements()
    for n in range(30):
        tell(user, str(n), is_task=n % 2 == 0, url="/me/")
    client.get(CENTRE)  # counts the bell
    assert statements() == few <= 14
