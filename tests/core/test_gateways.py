"""Codes leave the house after the commit, and only the demo shows them on the screen."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from core import gateways
from core.checks import codes_reach_people
from core.models import SentNotice

pytestmark = pytest.mark.django_db
PHONE = "+8613800138000"


def test_a_text_leaves_after_the_commit(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        gateways.send_sms(to=PHONE, text="码")
        assert not SentNotice.objects.exists()
    assert SentNotice.objects.get().text == "码"
    assert PHONE not in SentNotice.objects.get().recipient_index


def test_only_the_demo_shows_what_was_sent_and_only_to_its_recipient(settings):
    gateways.ConsoleGateway().send(to=PHONE, subject="", text="码 1")
    gateways.ConsoleGateway().send(to=PHONE, subject="", text="码 2")
    settings.DEMO_MODE = False
    assert gateways.notices_for([PHONE]) == []
    settings.DEMO_MODE = True
    assert [n.text for n in gateways.notices_for([PHONE])] == ["码 2", "码 1"]
    assert gateways.notices_for(["+8613900139000"]) == []
    assert gateways.notices_for([]) == []


def test_notices_are_shown_for_minutes_and_kept_for_a_day(settings):
    settings.DEMO_MODE = True
    gateways.ConsoleGateway().send(to=PHONE, subject="", text="旧")
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        assert gateways.notices_for([PHONE]) == []
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        gateways.ConsoleGateway().send(to=PHONE, subject="题", text="新")
        assert [n.text for n in SentNotice.objects.all()] == ["题\n新"]


def test_a_long_letter_is_kept_cut(settings):
    gateways.ConsoleGateway().send(to="li@example.org", subject="题", text="长" * 900)
    assert len(SentNotice.objects.get().text) == 500


def test_mail_goes_by_djangos_back_end_where_that_is_chosen(
    settings, mailoutbox, django_capture_on_commit_callbacks
):
    settings.EMAIL_GATEWAY = "core.gateways.DjangoMailGateway"
    with django_capture_on_commit_callbacks(execute=True):
        gateways.send_email(to="li@example.org", subject="题", text="文")
    assert (mailoutbox[0].to, mailoutbox[0].subject, mailoutbox[0].body) == (["li@example.org"], "题", "文")


def test_a_site_whose_codes_reach_nobody_is_told_before_it_goes_live(settings):
    settings.DEMO_MODE = False
    settings.SMS_GATEWAY = "core.gateways.ConsoleGateway"
    settings.EMAIL_GATEWAY = "core.gateways.DjangoMailGateway"
    assert [warning.id for warning in codes_reach_people(None)] == ["core.W001"]
    settings.DEMO_MODE = True
    assert codes_reach_people(None) == []
