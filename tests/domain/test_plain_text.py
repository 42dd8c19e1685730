"""The one form in which texts are stored."""

import re
import sys
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.plain_text import (
    MARGINS,
    MOST_MARKS,
    folded,
    plain_text,
    stated_text,
    stored_form,
    stored_tree,
    without_margins,
)
from tests.amounts import amount

TEXTS = st.text(st.sampled_from("a é e\u0301\n\t\xa0\u200b\ufeffñ\u0327"), max_size=12)
NAMES = st.text(
    st.characters(codec="utf-8")
    | st.sampled_from("a ßİΐ\u0301\u0345\xad\u200d\u2066\ufe0f\xa0\u3000ｎ㎏ﷺ\uffa0\u1100\u1161\u11a8"),
    max_size=12,
)
TREES = st.recursive(
    TEXTS | st.none() | st.booleans() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (" Ana\u00a0", "Ana"),
        ("\ufeff\u200bAna\r\n", "Ana"),
        ("Jose\u0301", "José"),
        ("\u202a+34 600 000 000\u202c", "+34 600 000 000"),
        ("two\nlines", "two\nlines"),
        (" \t\u3000", ""),
        ("\u00ad\u200cAna\u200d\u2800", "Ana"),
        ("co\u00adoperate", "co\u00adoperate"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u2764\ufe0f", "\u2764\ufe0f"),
    ],
)
def test_a_stored_text_has_no_margins_and_one_unicode_form(text: str, stored: str) -> None:
    assert stored_form(text) == stored


def test_every_margin_and_nothing_else_is_removed_at_both_ends() -> None:
    characters = [chr(code) for code in range(sys.maxunicode + 1)]
    margin = re.compile(f"[{MARGINS}]")
    wrong = [
        one
        for one in characters
        if without_margins(f"{one}a{one}") != ("a" if margin.match(one) else f"{one}a{one}")
    ]
    assert wrong == []


def test_white_space_and_what_prints_nothing_is_a_margin_unless_it_can_end_an_emoji() -> None:
    ends_emoji = re.compile("[\u180b-\u180f\ufe00-\ufe0f\U000e0000-\U000e0fff]")
    plain = re.compile("[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
    left = [
        hex(code)
        for code in range(0x10000)
        if unicodedata.category(one := chr(code)) in ("Cf", "Zs", "Zl", "Zp")
        and without_margins(one)
        and not ends_emoji.match(one)
        and not plain.match(one)
        and not 0x600 <= code <= 0x8E2  # Arabic and Syriac signs that enclose the digits after them
    ]
    assert left == []


@pytest.mark.parametrize("checked", [plain_text, stated_text])
def test_a_text_of_margins_alone_is_empty(checked: Callable[[str, str], str]) -> None:
    for text in ("", " \t", "\u200b\u00ad", "\u3164"):
        with pytest.raises(InvalidInput) as refused:
            checked(text, "name")
        assert (refused.value.path, refused.value.code) == ("name", "empty")


@settings(derandomize=True)
@given(TREES)
def test_what_is_in_its_stored_form_stays(tree: object) -> None:
    try:
        stored = stored_tree(tree)
    except InvalidInput as refusal:
        assert refusal.code in ("given_twice", "empty")
        return
    assert stored_tree(stored) == stored


def test_texts_and_names_inside_of_lists_and_objects_have_no_margins() -> None:
    assert stored_tree({" a ": [" b", {"e\u0301": "c "}], "n": 1}) == {"a": ["b", {"é": "c"}], "n": 1}


def test_two_names_that_are_the_same_once_stored_are_refused_at_their_path() -> None:
    with pytest.raises(InvalidInput) as refused:
        stored_tree({"x": [{"a": 1, "a ": 2}]})
    assert (refused.value.path, refused.value.code) == ("x.0.a ", "given_twice")


def test_a_run_of_marks_that_would_take_quadratic_time_is_refused() -> None:
    assert stored_form("a" + "\u0323" * MOST_MARKS)
    with pytest.raises(InvalidInput) as refused:
        stored_form("a" + "\u0301\u0323" * 500_000)
    assert refused.value.code == "too_many_marks"


@pytest.mark.parametrize("name", ["", " ", "\u200b"])
def test_a_name_of_margins_alone_is_refused_at_its_path(name: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        stored_tree({"tier": {name: "gold"}}, "attributes")
    assert (refusal.value.code, refusal.value.path.startswith("attributes.tier")) == ("empty", True)


@pytest.mark.parametrize(
    "spelling",
    [
        "ACME LTD.",
        "  acme ltd.\n",
        "acme  ltd.",
        "acme\u00a0ltd.",
        "acme \u3000 ltd.",
        "ac\u00adme ltd.",
        "ac\u200bme ltd.",
        "ac\u200dme ltd.",
        "ac\u2066me\u2069 ltd.",
        "acme \u200b ltd.",
        "acme\ufe0f ltd.",
        "ac\U000e0061me ltd.",
        "ａｃｍｅ　ＬＴＤ．",
        "𝐀𝐜𝐦𝐞 ltd.",
    ],
)
def test_44_spellings_that_read_alike_have_one_folded_form(spelling: str) -> None:
    assert folded(spelling) == "acme ltd."


def test_44_names_with_other_letters_have_other_folded_forms() -> None:
    assert len({folded(name) for name in ("año", "ano", "a no", "an-o", "añó")}) == 5


@given(NAMES)
@settings(max_examples=amount(500, quick=150))
def test_44_folding_a_folded_form_changes_nothing(name: str) -> None:
    assert folded(folded(name)) == folded(name)
