"""Facts cross from app to app exactly once; messages reach exactly one inbox."""

from uuid import uuid4

import pytest
from django.db import transaction

from core import inbox, outbox
from core.models import Message, OutboxMessage

pytestmark = pytest.mark.django_db
TOPIC = "thing.happened"


@pytest.fixture
def heard():
    seen: list[str] = []
    outbox.subscribe(TOPIC, "ear", lambda batch: seen.extend(m.key for m in batch))
    yield seen
    outbox.unsubscribe(TOPIC, "ear")


def test_each_subscriber_gets_a_row_and_deletes_what_it_did(heard):
    other: list[str] = []
    outbox.subscribe(TOPIC, "eye", lambda batch: other.extend(m.key for m in batch))
    outbox.publish(TOPIC, key="a")
    outbox.publish(TOPIC, key="b")
    assert OutboxMessage.objects.count() == 4
    assert outbox.deliver() == 4
    outbox.unsubscribe(TOPIC, "eye")
    assert (heard, other) == (["a", "b"], ["a", "b"])
    assert not OutboxMessage.objects.exists()


def test_a_consumer_that_fails_keeps_its_messages(heard):
    outbox.publish(TOPIC, key="a")

    def fail(batch):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        outbox.consume(f"{TOPIC}>ear", fail)
    assert outbox.deliver() == 1
    assert heard == ["a"]


def test_a_fact_of_a_rolled_back_act_is_not_told(heard):
    with pytest.raises(RuntimeError), transaction.atomic():
        outbox.publish(TOPIC, key="a")
        raise RuntimeError
    assert outbox.deliver() == 0


def test_a_topic_nobody_hears_yet_keeps_its_facts():
    outbox.publish("unheard", key="a", payload={"n": 1})
    seen = []
    assert outbox.consume("unheard", seen.extend) == 1
    assert seen[0].payload == {"n": 1}


def test_many_messages_are_done_in_batches_oldest_first(heard):
    for i in range(5):
        outbox.publish(TOPIC, key=str(i))
    assert outbox.deliver(limit=2) == 5
    assert heard == ["0", "1", "2", "3", "4"]


def test_one_consumer_that_fails_holds_nobody_up(heard):
    def fail(batch):
        raise RuntimeError

    outbox.subscribe(TOPIC, "broken", fail)
    outbox.publish(TOPIC, key="a")
    assert outbox.deliver() == 1
    outbox.unsubscribe(TOPIC, "broken")
    assert heard == ["a"]
    assert OutboxMessage.objects.get().topic == f"{TOPIC}>broken"


def test_a_commit_wakes_a_worker_once(heard, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as calls:
        outbox.publish(TOPIC, key="a")
        outbox.publish(TOPIC, key="b")
    assert len(calls) == 1
    assert heard == ["a", "b"]


def test_a_message_is_seen_and_marked_by_its_recipient_only():
    me, other = uuid4(), uuid4()
    message = inbox.send(to=me, kind="k", title="题")
    assert inbox.unread_count(me) == 1
    assert not inbox.mark(person=other, message=message.uuid, state=Message.State.READ)
    assert inbox.mark(person=me, message=message.uuid, state=Message.State.READ)
    assert inbox.unread_count(me) == 0
    assert list(inbox.messages_of(other)) == []


def test_done_stays_done():
    me = uuid4()
    message = inbox.send(to=me, kind="k", title="题")
    inbox.mark(person=me, message=message.uuid, state=Message.State.DONE)
    assert not inbox.mark(person=me, message=message.uuid, state=Message.State.UNREAD)


def test_a_message_to_many_takes_a_constant_number_of_statements(django_assert_num_queries):
    people = [uuid4() for _ in range(50)]
    with django_assert_num_queries(1):
        assert inbox.send_to_many(to=people, kind="k", title="题") == 50
    assert all(inbox.unread_count(p) == 1 for p in people[:3])
