"""The tree with time: places, moves, merges, and what the database itself refuses."""

from datetime import date

import pytest
from django.db import Error, connection, transaction

from core.models import AuditRow
from tests.factories.people import OPENED, make_member, make_tree, make_union
from unions import api, db, operations
from unions import exceptions as wrong
from unions.models import Line, Membership, Union, UnionKind, UnionPlace
from unions.rules import path_step

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


def codes(unions):
    return [u.code for u in unions]


def test_kinds_load_twice_to_the_same_fourteen_rows():
    assert operations.load_kinds() == operations.load_kinds() == 14
    assert UnionKind.objects.count() == 14
    assert set(UnionKind.objects.filter(is_primary=True).values_list("code", flat=True)) == {
        "BASE", "UNITE", "BRANCH", "GROUP",
    }  # fmt: skip


def test_ancestors_run_from_the_top_and_descendants_hold_the_whole_subtree():
    t = make_tree()
    assert codes(api.ancestors(t["shop"], on=TODAY)) == ["NAT", "JCP", "JC-QJ", "JC-QJ-X", "JC-QJ-ZJ"]
    below = api.descendants(t["city"], on=TODAY, include_self=True)
    assert set(codes(below)) == {"JC-QJ", "JC-QJ-X", "JC-QJ-Y", "JC-QJ-ZJ", "JC-QJ-ZJ-1", "JC-QJ-MK"}
    assert codes(api.children(t["city"], on=TODAY)) == ["JC-QJ-X", "JC-QJ-Y"]


def test_nearest_first_chain_begins_with_the_union_itself(django_assert_num_queries):
    t = make_tree()
    with django_assert_num_queries(1):
        chains = api.ancestor_uuids([t["shop"].uuid, t["mine"].uuid], on=TODAY)
    assert chains[t["mine"].uuid] == [t[k].uuid for k in ("mine", "other", "city", "prov", "nat")]


def test_a_move_keeps_the_past_and_changes_today():
    t = make_tree()
    moved_on = date(2026, 6, 1)
    api.move_union(union=t["plant"], parent=t["other"], on=moved_on)
    before, after = date(2026, 5, 31), moved_on
    assert codes(api.ancestors(t["shop"], on=before))[-2:] == ["JC-QJ-X", "JC-QJ-ZJ"]
    assert codes(api.ancestors(t["shop"], on=after))[-2:] == ["JC-QJ-Y", "JC-QJ-ZJ"]
    assert t["shop"].pk in db.descendant_ids(t["county"].pk, on=before, line=Line.ADMINISTRATIVE)
    assert t["shop"].pk not in db.descendant_ids(t["county"].pk, on=after, line=Line.ADMINISTRATIVE)
    shop = Union.objects.get(pk=t["shop"].pk)
    other = Union.objects.get(pk=t["other"].pk)
    assert shop.path == other.path + path_step(t["plant"].pk) + path_step(shop.pk)
    assert shop.depth == 6


def test_a_move_on_the_first_day_of_a_place_leaves_no_empty_period():
    t = make_tree()
    api.move_union(union=t["plant"], parent=t["other"], on=OPENED)
    assert UnionPlace.objects.filter(union=t["plant"]).count() == 1


def test_a_union_cannot_stand_below_itself_even_where_levels_would_allow_it():
    t = make_tree()
    UnionKind.objects.filter(code="GRP").update(lowest_child_level=3)
    upper = make_union("GRP", t["prov"], code="GRP-A")
    lower = make_union("GRP", Union.objects.get(pk=upper.pk), code="GRP-B")
    with pytest.raises(wrong.LoopInTree):
        api.move_union(union=Union.objects.get(pk=upper.pk), parent=Union.objects.get(pk=lower.pk), on=TODAY)


def test_a_level_the_parent_does_not_manage_is_refused_by_the_operation_and_by_the_database():
    t = make_tree()
    with pytest.raises(wrong.LevelNotAllowed):
        make_union("CITY", t["county"])
    city = Union.objects.get(code="JC-QJ")
    with pytest.raises(Error, match="union_place_level"), transaction.atomic():
        UnionPlace.objects.create(union=city, line=Line.INDUSTRY, parent=t["county"], active_from=OPENED)


def test_two_places_on_one_line_may_not_share_a_day_even_for_raw_sql():
    t = make_tree()
    with pytest.raises(wrong.PeriodTaken):
        api.place_union(union=t["plant"], parent=t["other"], on=TODAY)
    with pytest.raises(Error, match="union_place_one_at_a_time"), transaction.atomic():
        UnionPlace.objects.create(union=t["plant"], parent=t["other"], active_from=TODAY)
    api.place_union(union=t["plant"], parent=t["prov"], on=TODAY, line=Line.INDUSTRY)
    assert codes(api.ancestors(t["plant"], on=TODAY, line=Line.INDUSTRY)) == ["JCP"]


def test_a_period_that_ends_before_it_begins_is_refused_by_the_database():
    t = make_tree()
    with pytest.raises(Error), transaction.atomic():
        Membership.objects.create(
            member=make_member(t["mine"]),
            union=t["plant"],
            active_from=date(2019, 1, 2),
            active_to=date(2019, 1, 1),
        )


def test_two_memberships_of_one_person_may_not_share_a_day_even_for_raw_sql():
    t = make_tree()
    person = make_member(t["mine"])
    with pytest.raises(Error, match="membership_one_at_a_time"), transaction.atomic():
        Membership.objects.create(member=person, union=t["plant"], active_from=TODAY)
    row = Membership.objects.get(member=person)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE unions_membership SET active_to = %s WHERE id = %s", [date(2026, 1, 1), row.pk]
        )
    second = Membership.objects.create(member=person, union=t["plant"], active_from=date(2026, 1, 1))
    with pytest.raises(Error, match="membership_one_at_a_time"), transaction.atomic():
        Membership.objects.filter(pk=second.pk).update(active_from=date(2025, 12, 31))


@pytest.mark.parametrize("code", ["ab", "jc-1", "A B", "", "X" * 25])
def test_a_code_of_another_form_is_refused_by_the_database(code):
    operations.load_kinds()
    with pytest.raises(Error), transaction.atomic():
        Union.objects.create(code=code, name="x", kind_id="BASE", opened_on=OPENED)


def test_a_merge_moves_members_and_children_and_leaves_a_successor():
    t = make_tree()
    person = make_member(t["plant"])
    target = make_union("BASE", t["other"], code="NEW")
    assert api.merge_unions(closing=t["plant"], into=target, on=TODAY) == 1
    assert api.union_of(person.uuid, date(2026, 11, 22)) == t["plant"].uuid
    assert api.union_of(person.uuid, TODAY) == target.uuid
    closed = Union.objects.get(pk=t["plant"].pk)
    assert (closed.closed_on, closed.successor_id, closed.join_code) == (TODAY, target.pk, "")
    assert codes(api.children(target, on=TODAY)) == ["JC-QJ-ZJ-1"]
    assert codes(api.search_unions("栖江重型", on=TODAY)) == []


def test_a_union_with_children_does_not_close():
    t = make_tree()
    with pytest.raises(wrong.UnionError):
        api.close_union(union=t["county"], on=TODAY)
    api.close_union(union=t["shop"], on=TODAY)
    assert Union.objects.get(pk=t["shop"].pk).closed_on == TODAY


def test_each_act_on_the_tree_leaves_one_audit_row():
    t = make_tree()
    n = AuditRow.objects.count()
    api.move_union(union=t["plant"], parent=t["other"], on=TODAY)
    api.rename_union(union=t["plant"], name="栖江重工工会")
    operations.renew_join_code(union=t["plant"])
    rows = AuditRow.objects.order_by("n")[n:]
    assert [r.action for r in rows] == ["union.move", "union.rename", "union.join_code"]
    assert {r.target for r in rows} == {f"union:{t['plant'].uuid}"}


def test_refreshing_all_paths_finds_nothing_stale_after_any_act():
    t = make_tree()
    api.move_union(union=t["plant"], parent=t["other"], on=TODAY)
    assert api.refresh_paths(on=TODAY) == 0
    Union.objects.filter(pk=t["shop"].pk).update(path="broken", depth=1)
    assert api.refresh_paths(on=TODAY) == 1


def test_a_move_dated_ahead_changes_the_path_on_its_day():
    t = make_tree()
    ahead = date(2027, 1, 1)
    api.move_union(union=t["plant"], parent=t["other"], on=ahead, today=TODAY)
    assert Union.objects.get(pk=t["plant"].pk).path.startswith(t["county"].path)
    api.refresh_paths(on=ahead)
    assert Union.objects.get(pk=t["plant"].pk).path.startswith(t["other"].path)


@pytest.mark.parametrize("text", ["栖江重型", "重型机械", "zhongxing", "QJZX", "jc-qj-zj"])
def test_a_union_is_found_by_name_pinyin_initials_and_code(text):
    make_tree()
    assert "JC-QJ-ZJ" in codes(api.search_unions(text, on=TODAY))


def test_the_whole_line_lists_parents_before_children():
    t = make_tree()
    rows = api.tree(on=TODAY)
    place = {row.id: i for i, row in enumerate(rows)}
    assert len(rows) == len(t)
    assert all(row.parent_id is None or place[row.parent_id] < place[row.id] for row in rows)
    assert {r.id: r.depth for r in rows}[t["shop"].pk] == 6


def test_find_union_takes_code_and_uuid_and_says_when_there_is_none():
    t = make_tree()
    assert api.find_union("jc-qj-zj") == t["plant"] == api.find_union(str(t["plant"].uuid))
    with pytest.raises(wrong.UnionNotFound):
        api.find_union("NOWHERE")
