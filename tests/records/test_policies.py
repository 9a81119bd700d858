"""Policies as data: which value comes from where, from when on, and that a published version stays as it is."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from core.models import AuditRow
from records.api import issue_policy, terms_for
from records.ledger.terms import Version, resolve
from records.models import StudyPolicy
from records.policies import PolicyRefused, publish_policy
from records.policies.presets import presets
from records.policies.queries import upwards
from tests.factories.people import make_tree, make_user
from tests.factories.records import MINUTE
from tests.records.world import NOON

pytestmark = pytest.mark.django_db
HOUR = 60 * MINUTE


@pytest.fixture
def tree():
    return make_tree()


def _terms(union, at=NOON, keys=()):
    return terms_for(union=union.uuid, owner_keys=list(keys), since=at)[0][1]


def _publish(owner, union=None, *, at=NOON + HOUR, now=NOON, **values):
    return publish_policy(
        owner=owner, union=union, values=values, effective_from=at, by=make_user().person.uuid, now=now
    )


def test_nearest_union_that_sets_a_field_decides_it(tree):
    issue_policy(owner="national", effective_from=0, daily_cap_ms=480 * MINUTE, max_rate="2.0")
    issue_policy(owner=f"union:{tree['prov'].uuid}", effective_from=0, daily_cap_ms=300 * MINUTE)
    issue_policy(owner=f"union:{tree['plant'].uuid}", effective_from=0, part_cap_ms=40 * MINUTE)

    shop, mine = _terms(tree["shop"]), _terms(tree["mine"])

    assert (shop.daily_cap_ms, shop.part_cap_ms, shop.max_rate_permille) == (300 * MINUTE, 40 * MINUTE, 2_000)
    assert (mine.daily_cap_ms, mine.part_cap_ms) == (300 * MINUTE, None)
    assert shop.identity == f"union:{tree['plant'].uuid}@1+union:{tree['prov'].uuid}@1+national@1"


def test_version_holds_from_its_first_millisecond_and_a_later_one_from_its_own(tree):
    issue_policy(owner="national", effective_from=NOON, daily_cap_ms=60 * MINUTE)
    issue_policy(owner="national", effective_from=NOON + HOUR, daily_cap_ms=90 * MINUTE)

    caps = [_terms(tree["shop"], at).daily_cap_ms for at in (NOON - 1, NOON, NOON + HOUR - 1, NOON + HOUR)]

    assert caps == [None, 60 * MINUTE, 60 * MINUTE, 90 * MINUTE]


def test_version_that_names_nothing_any_more_gives_back_what_is_inherited(tree):
    owner = f"union:{tree['plant'].uuid}"
    issue_policy(owner="national", effective_from=0, daily_cap_ms=90 * MINUTE)
    issue_policy(owner=owner, effective_from=0, daily_cap_ms=60 * MINUTE)
    issue_policy(owner=owner, effective_from=NOON)

    assert _terms(tree["shop"], NOON - 1).daily_cap_ms == 60 * MINUTE
    assert _terms(tree["shop"], NOON).daily_cap_ms == 90 * MINUTE


LOOSER = {
    "max_rate_permille": 4_000, "daily_cap_ms": 2_000, "part_cap_ms": 2_000, "course_cap_ms": 2_000,
    "presence_max_ms": 2_000_000, "presence_timeout_ms": 600_000, "lateness_days": 31, "makeup_days": 31,
    "proof_covers_ms": 3_000_000, "complete_permille": 1, "sound_only": True,
}  # fmt: skip


@pytest.mark.parametrize("field", LOOSER)
def test_programme_cannot_loosen_what_the_union_sets(field):
    strict = {
        "max_rate_permille": 1_000, "daily_cap_ms": 1_000, "part_cap_ms": 1_000, "course_cap_ms": 1_000,
        "presence_min_ms": 1_000, "presence_max_ms": 1_000, "presence_timeout_ms": 1_000, "lateness_days": 1,
        "makeup_days": 1, "proof_covers_ms": 2_000, "complete_permille": 990, "sound_only": False,
    }  # fmt: skip
    line = [Version("union:a", 1, strict)]

    with_programme = resolve(line, [Version("programme:b", 1, {field: LOOSER[field]})])

    assert getattr(with_programme, field) == strict[field]


def test_each_value_is_shown_with_where_it_comes_from(tree):
    issue_policy(owner="national", effective_from=0, daily_cap_ms=480 * MINUTE)
    issue_policy(owner=f"union:{tree['plant'].uuid}", effective_from=0, daily_cap_ms=300 * MINUTE)

    plant = {o.name: o for o in upwards(tree["plant"].uuid, at=NOON).origins(at=NOON)}
    shop = {o.name: o for o in upwards(tree["shop"].uuid, at=NOON).origins(at=NOON)}

    assert (plant["daily_cap_ms"].value, plant["daily_cap_ms"].is_own) == (300 * MINUTE, True)
    assert (plant["daily_cap_ms"].inherited, plant["daily_cap_ms"].inherited_owner) == (
        480 * MINUTE,
        "national",
    )
    assert (shop["daily_cap_ms"].value, shop["daily_cap_ms"].is_own) == (300 * MINUTE, False)
    assert shop["max_rate"].owner == "default"


def test_published_version_is_written_down_and_holds_only_from_an_instant_to_come(tree):
    owner = f"union:{tree['plant'].uuid}"

    policy = _publish(owner, tree["plant"].uuid, daily_cap_ms=300 * MINUTE)

    line = upwards(tree["plant"].uuid, at=NOON)
    assert (line.current(at=NOON), line.current(at=NOON + HOUR)) == (None, policy)
    noted = AuditRow.objects.get(action="policy.publish")
    assert (noted.target, noted.detail["values"]) == (
        f"policy:{owner}@1",
        {"daily_cap_ms": str(300 * MINUTE)},
    )


@pytest.mark.parametrize(
    ("values", "at", "problem"),
    [
        ({"daily_cap_ms": 0}, NOON + HOUR, ("daily_cap_ms", "bounds")),
        ({"max_rate": Decimal("4.001")}, NOON + HOUR, ("max_rate", "bounds")),
        ({"daily_cap_ms": 300 * MINUTE}, NOON, ("effective", "past")),
        ({"presence_min_ms": 20 * MINUTE}, NOON + HOUR, ("presence_max_ms", "interval")),
        ({"lateness_days": 8}, NOON + HOUR, ("makeup_days", "closing")),
        ({"proof_covers_ms": 15 * MINUTE}, NOON + HOUR, ("proof_covers_ms", "proof")),
    ],
)
def test_version_that_would_hurt_is_refused(tree, values, at, problem):
    with pytest.raises(PolicyRefused) as refused:
        _publish(f"union:{tree['plant'].uuid}", tree["plant"].uuid, at=at, **values)

    assert problem in refused.value.problems
    assert all(sentence for _field, sentence in refused.value.sentences())
    assert not StudyPolicy.objects.exists()


def test_same_version_twice_is_refused(tree):
    _publish("national", daily_cap_ms=300 * MINUTE)

    with pytest.raises(PolicyRefused) as refused:
        _publish("national", at=NOON + 2 * HOUR, daily_cap_ms=300 * MINUTE)

    assert refused.value.problems == [("", "nothing")]


CHANGES = [
    "UPDATE records_studypolicy SET daily_cap_ms = 1",
    "UPDATE records_studypolicy SET effective_from = 0",
    "DELETE FROM records_studypolicy",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_database_refuses_to_change_a_version(statement):
    issue_policy(owner="national", effective_from=0, daily_cap_ms=90 * MINUTE)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert StudyPolicy.objects.get().daily_cap_ms == 90 * MINUTE


def test_presets_of_five_regions_apply_only_what_is_a_field_and_keep_the_rest_as_notes():
    found = {preset.key: preset for preset in presets()}

    assert len(found) == 5
    assert found["liaoning2023"].values == {"online_share": Decimal("0.500")}
    assert found["yunnanplatform2021"].values == {}
    assert "人脸" in found["yunnanplatform2021"].note
    assert all(preset.notes and preset.source in preset.note for preset in presets())
