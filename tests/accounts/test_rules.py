"""Numbers of China: published vectors, and what must hold for any text."""

import doctest
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import rules
from unions import rules as union_rules
from unions.rules import normalize_credit_code

pytestmark = pytest.mark.once

VECTORS = json.loads((Path(__file__).parent / "id_test_vectors.json").read_text(encoding="utf-8"))
TODAY = date(2026, 11, 23)
DIGITS = st.text("0123456789", min_size=17, max_size=17)


@pytest.mark.parametrize("module", [rules, union_rules], ids=lambda m: m.__name__)
def test_the_examples_in_the_rules_hold(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("number", VECTORS["resident_id_valid"])
def test_a_right_identity_number_is_taken(number):
    assert rules.normalize_identity_number(number, today=TODAY) == number


@pytest.mark.parametrize("number", VECTORS["resident_id_invalid"])
def test_a_wrong_identity_number_is_refused(number):
    with pytest.raises(ValueError):
        rules.normalize_identity_number(number, today=TODAY)


@pytest.mark.parametrize("code", VECTORS["uscc_valid"])
def test_a_right_credit_code_is_taken(code):
    assert normalize_credit_code(code.lower()) == code


@pytest.mark.parametrize("code", VECTORS["uscc_invalid"])
def test_a_wrong_credit_code_is_refused(code):
    with pytest.raises(ValueError):
        normalize_credit_code(code)


def test_the_credit_code_of_a_company_is_none_of_a_union():
    with pytest.raises(ValueError, match="begins with 8"):
        normalize_credit_code("91110000600037341L", union=True)
    assert normalize_credit_code("81510100MC1A2B3C3C", union=True)


@given(st.text(max_size=40))
def test_any_text_is_a_number_in_ascii_or_refused(text):
    for normalize in (
        rules.normalize_phone,
        lambda t: rules.normalize_identity_number(t, today=TODAY),
        normalize_credit_code,
    ):
        try:
            found = normalize(text)
        except ValueError:
            continue
        assert found.isascii()
        assert normalize(found) == found


@given(st.integers(10**8, 10**9 - 1), st.sampled_from(["", "+86", "0086 ", "86", "+86-"]), st.integers(3, 9))
def test_a_phone_number_has_one_form_however_it_is_typed(tail, prefix, second):
    digits = f"1{second}{tail}"
    typed = f"{prefix}{digits[:3]} {digits[3:7]}-{digits[7:]}"
    assert rules.normalize_phone(typed) == f"+86{digits}"
    assert rules.index_form(typed) == rules.index_form(digits)
    assert digits not in rules.mask_phone(f"+86{digits}")


@given(st.sampled_from(VECTORS["resident_id_valid"]), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number, place, step):
    wrong = str((int(number[place]) + step) % 10)
    with pytest.raises(ValueError):
        rules.normalize_identity_number(number[:place] + wrong + number[place + 1 :], today=TODAY)


@given(st.sampled_from(VECTORS["uscc_valid"]), st.integers(2, 16), st.integers(1, 30))
def test_one_wrong_character_of_a_credit_code_is_always_found(code, place, step):
    alphabet = VECTORS["uscc_alphabet"]
    wrong = alphabet[(alphabet.index(code[place]) + step) % 31]
    with pytest.raises(ValueError, match="check character"):
        normalize_credit_code(code[:place] + wrong + code[place + 1 :])


@given(st.text(max_size=60))
def test_masks_never_show_the_whole_and_never_fail(text):
    assert rules.mask_name(text) == "" or rules.mask_name(text).endswith("**")
    assert len(rules.mask_phone(text)) <= 11
    rules.mask_email(text)
    assert len(rules.plain_form(text)) <= 2 * len(text)


@given(st.integers(1, 36**6 - 1), st.integers(1, 36**6 - 1))
def test_paths_hold_the_ids_they_were_made_of(first, second):
    path = union_rules.path_step(first) + union_rules.path_step(second)
    assert union_rules.path_ids(path) == [first, second]
    assert len(path) == 12


@given(st.integers(0, 300_000_000))
def test_a_coarse_count_keeps_two_digits_and_is_never_far_off(members):
    kind, number = union_rules.coarse_count(members)
    if kind == "few":
        assert members < 10
    else:
        assert abs(number - members) * 20 <= members or number == members
        assert len(str(number).rstrip("0")) <= 3
