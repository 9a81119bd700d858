"""The operator's command for versions of owners that have no page."""

import pytest
from django.core.management import CommandError, call_command

from records.models import StudyPolicy
from tests.factories.people import make_tree
from tests.factories.records import MINUTE

pytestmark = pytest.mark.django_db
LATER = "--from=2036-01-01T00:00"


def test_preset_and_own_values_become_the_next_version_of_a_union():
    tree = make_tree()

    call_command(
        "publish_policy", "--owner=union:jc-qj-x", LATER, "--preset=liaoning2023", "--set=daily_cap_ms=90",
        "--set=sound_only=no", "--set=max_rate=1.25", "--note=试行",
    )  # fmt: skip

    made = StudyPolicy.objects.get(owner=f"union:{tree['county'].uuid}")
    assert (made.daily_cap_ms, made.sound_only, str(made.max_rate)) == (90 * MINUTE, False, "1.250")
    assert str(made.online_share) == "0.500"
    assert made.note.startswith("试行\n")
    assert "来源" in made.note


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--owner=nation", LATER], "不认识 nation"),
        (["--owner=programme:1", LATER], "不认识 programme:1"),
        (["--owner=union:NOWHERE", LATER], "没有这个工会"),
        (["--owner=national", "--from=soon"], "时间写成"),
        (["--owner=national", "--from=2020-01-01"], "生效时间要在现在之后"),
        (["--owner=national", LATER, "--set=speed=2"], "没有 speed 这一项"),
        (["--owner=national", LATER, "--set=max_rate=NaN"], "要一个数字"),
        (["--owner=national", LATER, "--set=daily_cap_ms=1e99"], "要一个数字"),
        (["--owner=national", LATER, "--set=lateness_days=1.5"], "要整数"),
        (["--owner=national", LATER, "--set=daily_cap_ms=2000"], "每天最多计时：这个数超出了范围"),
        (["--owner=national", LATER, "--set=sound_only=maybe"], "写 yes 或 no"),
        (["--owner=national", LATER, "--preset=mars"], "没有 mars 这个地区"),
    ],
)
def test_what_cannot_be_published_is_said_in_a_sentence(arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("publish_policy", *arguments)

    assert not StudyPolicy.objects.exists()
