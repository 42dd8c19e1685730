"""The one form in which texts are stored."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.plain_text import MOST_MARKS, stored_form, stored_tree

TEXTS = st.text(st.sampled_from("a é e\u0301\n\t\xa0\u200b\ufeffñ\u0327"), max_size=12)
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
    ],
)
def test_a_stored_text_has_no_margins_and_one_unicode_form(text: str, stored: str) -> None:
    assert stored_form(text) == stored


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
