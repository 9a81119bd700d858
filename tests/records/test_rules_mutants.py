"""
Take each rule out once and see a test fail.

A mutant replaces one line of the rules; the named test, which passes on the rules as they are, must fail on it.
"""

import inspect
import types
from collections.abc import Callable

import pytest

from records.ledger import presence, requests, rules
from tests.records import test_rules_clock as clock
from tests.records import test_rules_credit as credit
from tests.records import test_rules_edges as edges
from tests.records import test_rules_presence as present
from tests.records.test_rules_edges import DAY_MS, MIN, NOON

pytestmark = [pytest.mark.once, pytest.mark.quick]

MUTANTS: list[tuple[Callable, str, str, Callable]] = [
    # 1. The clock.
    (rules.judge_beat, "end > now + AHEAD_TOLERANCE_MS", "False", clock.test_beat_that_ends_after_its_own_clock_is_not_recorded_and_may_come_again),
    (rules.judge_beat, "now + AHEAD_TOLERANCE_MS", "now", clock.test_beat_up_to_two_seconds_ahead_is_recorded),
    (rules.judge_beat, "end < now - terms.lateness_ms", "False", clock.test_beat_older_than_the_lateness_window_is_too_late),
    (rules.judge_beat, "end < now - terms.lateness_ms", "end <= now - terms.lateness_ms", clock.test_beat_at_the_edge_of_the_lateness_window_counts),
    (rules.judge_beat, "min(end - start, measure(path))", "(end - start)", clock.test_only_as_much_of_the_clock_counts_as_was_played_on_it),
    (rules._pieces, "learner.clock.free(start, limit)", "[(start, limit)]", clock.test_instants_recorded_once_are_cut_away_with_their_positions),
    (rules._pieces, "learner.clock.free(start, limit)", "[(start, limit)]", clock.test_same_instants_do_not_count_for_two_parts_or_two_sessions),
    (rules._pieces, "learner.clock.free(start, limit)", "[(start, limit)]", clock.test_many_beats_on_the_same_instants_cover_once),
    (rules.judge_beat, 'place.refuse(path, start, end, "not_visible")\n        return True', 'return False', lambda: edges.test_refused_beat_is_recorded_so_that_its_number_stands(edges.beat(1, (0, 10_000), (0, 10_000), visible=False))),
    (rules.judge_beat, 'place.refuse(beat.ranges, start, end, "too_late")\n        return True', "pass", edges.test_beat_too_late_is_recorded_so_that_its_number_stands),
    # 2. The three sets.
    (rules.enter, "min(part.covered_ms, part.worked_ms)", "part.worked_ms", credit.test_credit_is_the_smaller_of_covered_and_worked),
    (rules.enter, "part.spare.pop()", "part.spare.pop(0)", credit.test_growth_takes_the_newest_instants),
    (rules._forget_spare, "part.nominal_ms - part.credited_ms", "10**9", credit.test_no_more_is_credited_than_the_part_is_long),
    (rules.is_complete, "covered_ms", "credited_ms", credit.test_lesson_is_complete_by_coverage_never_by_credit),
    (rules.enter, "(a, first))", ")", edges.test_instants_left_over_from_a_growth_wait_for_the_next_one),
    (rules._forget_spare, "max(a, b - keep)", "a", edges.test_only_the_newest_surplus_that_can_still_be_credited_is_kept),
    # 3. The rate.
    (rules.judge_beat, "cut(path, 0, allowed)", "path", clock.test_positions_go_as_fast_as_the_policy_lets_them),
    (rules.allowed_positions, "min(RATE_SLACK_MS, played_ms // 10)", "RATE_SLACK_MS", clock.test_dust_of_one_millisecond_covers_no_more_than_itself),
    (rules.allowed_positions, "played_ms * max_rate_permille", "played_ms * 1_500", clock.test_rate_is_the_policys),
    (rules.clip_path, "min(b, nominal_ms)", "b", clock.test_positions_outside_the_part_are_refused_and_take_no_clock),
    # 5. One place.
    (rules._pieces, "max(start, min(end, session.ended_at))", "end", clock.test_beat_over_an_end_is_cut_there),
    (rules._pieces, "_midnights(a, b)", "()", clock.test_midnight_in_shanghai_cuts_a_span_in_two_days),
    (rules._pieces, "session.segments[1:]", "()", clock.test_change_of_policy_seals_the_span),
    # 6. Presence.
    (rules.judge_beat, "not beat.visible", "False", clock.test_hidden_page_takes_no_instants),
    (rules.judge_beat, "terms.sound_only", "True", clock.test_audio_with_the_screen_off_counts_where_the_policy_allows_it),
    (presence._is_due, "seen >= due", "True", present.test_check_shown_before_its_due_time_proves_nothing),
    (presence.answer_check, "check.held = (answer, shown, t)", "pass", present.test_answer_that_arrives_before_its_beats_counts_when_they_have_come),
    (presence.answer_check, "t - shown <= terms.presence_timeout_ms", "True", present.test_answer_out_of_time_is_a_miss_and_its_time_is_earned_by_playing_again),
    (presence.answer_check, "answer is not None and ", "", present.test_players_own_report_of_a_miss_is_a_miss),
    (presence.answer_check, "at > session.ended_at", "False", present.test_answer_after_the_end_of_its_session_is_void),
    (presence.answer_check, "at > now + AHEAD_TOLERANCE_MS or ", "", present.test_answer_ahead_of_the_clock_is_void),
    (presence.answer_check, "j.check != check.id", "True", present.test_time_after_a_turned_answer_waits_for_the_next_judgement),
    (presence._rooms, "judgement.covers_ms - entered", "10**9", present.test_one_proof_covers_sixteen_minutes_and_the_first_recorded_stand),
    (presence._rooms, "learner.clock.played(since, at) - undecided[place]", "0", present.test_beat_that_arrives_after_the_proof_is_decided_by_it_within_what_it_covers),
    (presence.settle, "span.start >= judgement.at - judgement.makeup_ms", "True", present.test_proof_enters_nothing_older_than_the_make_up_window),
    (presence._effective, "min(at, due)", "at", present.test_while_a_check_is_open_a_tap_proves_only_time_before_it_fell_due),
    (presence._effective, "min(at, due)", "at", present.test_taps_alone_never_pass_an_unanswered_check),
    (presence.tap, 'following.kind == "miss"', "False", present.test_tap_dated_before_a_miss_does_not_turn_it),
    (presence.first_check_ms, "learner.clock.played(last.at, now)", "0", present.test_check_falls_due_by_time_played_across_sessions),
    (presence.answer_check, "at < now - terms.lateness_ms", "False", edges.test_answer_older_than_the_lateness_window_is_void),
    (presence.answer_check, "check.outcome == PROOF or not in_time", "not in_time", edges.test_check_that_was_proved_stays_proved_whatever_comes_after),
    (presence.answer_check, "check.outcome == PROOF or not in_time", "check.outcome == PROOF", edges.test_miss_reported_twice_stands_where_it_was_first),
    (presence.answer_check, "if following is None:", "if True:", edges.test_next_check_is_the_next_sealed_one_and_a_new_one_only_when_they_are_used_up),
    (presence.answer_check, "terms.proof_covers_ms", "10**12", present.test_one_proof_covers_sixteen_minutes_and_the_first_recorded_stand),
    (presence.answer_held, "check.held is not None", "False", present.test_answer_that_arrives_before_its_beats_counts_when_they_have_come),
    (presence._is_due, "if not other.outcome:", "if False:", edges.test_later_check_waits_for_the_one_before_it),
    (presence._is_due, "judgement.at <= seen", "True", edges.test_question_answered_after_a_check_was_shown_does_not_make_it_undue),
    (presence._is_acceptable, "all(j.check != name for j in learner.judgements)", "True", edges.test_question_proves_once),
    (presence._is_acceptable, "all(j.check != name for j in learner.judgements)", "True", edges.test_tap_counts_once_a_session_and_not_after_its_end),
    (presence._is_acceptable, "at > now + AHEAD_TOLERANCE_MS", "False", lambda: edges.test_question_counts_within_its_session_and_the_window(4 * MIN, NOON + 4 * MIN - 2_001, None, "")),
    (presence._is_acceptable, "at < now - session.terms_at(at).lateness_ms", "False", lambda: edges.test_question_counts_within_its_session_and_the_window(4 * MIN, NOON + 4 * MIN + 7 * DAY_MS + 1, None, "")),
    (presence._is_acceptable, "at > session.ended_at", "False", lambda: edges.test_question_counts_within_its_session_and_the_window(4 * MIN, NOON + 9 * MIN, NOON + 4 * MIN - 1, "")),
    (presence.answer_question, "limit is None or limit > at", "True", edges.test_question_answered_the_instant_a_check_falls_due_does_not_restart_the_countdown),
    (presence.tap, 'following.kind == "miss"', "True", edges.test_tap_dated_before_a_proof_counts),
    (presence._effective, "at = min(at, due)", "pass", edges.test_tap_is_limited_by_the_check_that_was_open_then_not_by_a_later_one),
    (presence._effective, "if judgement.restarts", "if False", edges.test_tap_is_limited_by_the_check_that_was_open_then_not_by_a_later_one),
    (presence.open_check, "session.ended_at is not None", "False", present.test_check_of_an_ended_session_is_void_and_the_next_session_asks_at_once),
    (presence.settle, "span.start < expire_before", "False", edges.test_time_that_nothing_can_prove_any_more_is_missed_and_can_be_played_again),
    (presence.provable, "now - terms.makeup_ms", "0", edges.test_pending_promises_nothing_older_than_the_make_up_window),
    (presence.provable, "room = terms.proof_covers_ms", "room = 10**12", present.test_one_proof_covers_sixteen_minutes_and_the_first_recorded_stand),
    (presence.forget, "or j is anchor", "", edges.test_what_is_forgotten_keeps_the_countdown),
    (presence._miss, "span.is_missed = True", "pass", present.test_late_beat_before_a_miss_is_missed),
    (presence._unmiss, "_refusals(span, takes_back=True)", "[]", present.test_answer_to_that_very_check_given_in_time_turns_the_miss_into_a_proof),
    (presence.pending_credit, "dict(learner.days)", "{}", edges.test_pending_knows_what_the_day_has_had),
    # One request.
    (requests.receive, "raise UnknownCheck(answer.id)", "pass", edges.test_unknown_check_changes_nothing),
    (requests.receive, "elif answer.answer is None:", "elif False:", edges.test_question_left_unanswered_proves_nothing),
    (requests.receive, "received.must_settle |= answer_held(learner, session, now=now, draw=draw)", "pass", present.test_answer_that_arrives_before_its_beats_counts_when_they_have_come),
    (requests.receive, "any(span.start < last for span in learner.spans[before:])", "False", present.test_late_beat_before_a_miss_is_missed),
    # 7. Caps.
    (rules._room, "(context.daily_cap_ms,", "(None,", credit.test_day_cap_limits_credit_and_not_coverage),
    (rules._room, "(context.part_cap_ms,", "(None,", lambda: credit.test_part_and_course_caps_limit_credit(credit.Terms(part_cap_ms=20_000), "part_cap")),
    (rules._room, "(context.course_cap_ms,", "(None,", credit.test_course_cap_is_shared_by_its_parts),
    (rules._room, "cap - spent < room", "cap is not None", lambda: edges.test_of_several_caps_the_one_that_leaves_least_decides_and_is_named(edges.Terms(daily_cap_ms=10_000, part_cap_ms=20_000, course_cap_ms=20_000), "day_cap")),
    (rules._refuse_capped, "span.start <= start", "True", edges.test_cap_refuses_instants_of_another_beat_without_positions),
    (rules.enter, "max(middle, b - refusable)", "middle", edges.test_beats_of_one_ms_above_a_cap_refuse_each_instant_once_and_in_whole_pieces),
    (rules._credit, "learner.courses.get(part.course, 0) + ms", "0", credit.test_course_cap_is_shared_by_its_parts),
    (rules._credit, "day_of(taking.start)", "day_of(0)", credit.test_day_cap_counts_the_day_of_the_instant_not_of_the_arrival),
]  # fmt: skip

ARGUMENTS = {
    clock.test_rate_is_the_policys: (1_000,),
    clock.test_audio_with_the_screen_off_counts_where_the_policy_allows_it: (False, [0]),
}


def _mutated(function: Callable, old: str, new: str) -> types.CodeType:
    source = inspect.getsource(function)
    assert old in source, f"{function.__name__} no longer says {old!r}"
    scope: dict = {}
    code = compile("from __future__ import annotations\n" + source.replace(old, new, 1), "mutant", "exec")
    exec(code, function.__globals__ | {"__name__": "mutant"}, scope)
    return scope[function.__name__].__code__


@pytest.mark.parametrize(
    ("function", "old", "new", "test"),
    MUTANTS,
    ids=[f"{f.__name__}: {old[:40]} -> {new[:20]} [{n}]" for n, (f, old, new, _) in enumerate(MUTANTS)],
)
def test_rule_taken_out_is_noticed(function, old, new, test):
    arguments = ARGUMENTS.get(test, ())
    test(*arguments)
    original = function.__code__
    function.__code__ = _mutated(function, old, new)
    try:
        with pytest.raises((AssertionError, pytest.fail.Exception)):
            test(*arguments)
    finally:
        function.__code__ = original
