import pytest
from django.db import IntegrityError, transaction

from occupations.api import load_classification
from occupations.models import Occupation, OccupationGroup, SkillLevel

pytestmark = pytest.mark.django_db


def test_whole_classification_is_loaded_and_a_second_run_changes_nothing():
    first = load_classification()
    before = list(Occupation.objects.order_by("code").values())

    second = load_classification()

    assert (first.occupations, first.groups, first.levels) == (1634, 518, 8)
    assert second == first
    assert list(Occupation.objects.order_by("code").values()) == before


def test_a_row_changed_by_hand_is_brought_back_and_an_added_one_stays():
    load_classification()
    Occupation.objects.filter(code="6-18-02-04").update(name="错")
    Occupation.objects.create(
        code="6-99-99-99", name="新职业", group=OccupationGroup.objects.get(code="6-18-02")
    )

    load_classification()

    assert Occupation.objects.get(code="6-18-02-04").name == "焊工"
    assert Occupation.objects.filter(code="6-99-99-99").exists()


def test_levels_sort_by_rank_though_the_digit_of_the_label_falls():
    load_classification()

    assert list(SkillLevel.objects.order_by("rank").values_list("label", flat=True))[1:6] == [
        "五级/初级工", "四级/中级工", "三级/高级工", "二级/技师", "一级/高级技师",
    ]  # fmt: skip


def test_the_database_refuses_a_code_of_another_form():
    load_classification()

    with pytest.raises(IntegrityError), transaction.atomic():
        Occupation.objects.create(code="9-18-02-04", name="x", group_id="6-18-02")
