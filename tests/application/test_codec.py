"""JSON at the edges: what is refused, and where."""

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from application import codec
from domain.errors import InvalidInput
from tests.amounts import amount

TREES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00")),
    lambda one: st.lists(one) | st.dictionaries(st.text(st.characters(codec="utf-8", min_codepoint=1)), one),
    max_leaves=20,
)


@settings(derandomize=True)
@given(TREES)
def test_what_is_storable_comes_back_as_it_was(tree: Any) -> None:
    codec.refuse_unstorable(tree)
    assert codec.decode(codec.encode(tree)) == codec.decode_leniently(codec.encode(tree)) == tree


@settings(derandomize=True)
@given(st.dictionaries(st.text(), st.integers()))
def test_the_order_of_members_does_not_show_in_the_canonical_form(tree: dict[str, int]) -> None:
    turned = dict(reversed(tree.items()))
    assert codec.canonical(tree) == codec.canonical(turned)


def test_what_cannot_be_stored_is_refused_by_its_path() -> None:
    cases: list[tuple[Any, str, str]] = [
        ({"a": [1, {"b": "x\x00"}]}, "a.1.b", "nul"),
        ({"a\x00": 1}, "a\\0", "nul"),
        ({"a": "\ud800"}, "a", "lone_surrogate"),
        ({"a": math.nan}, "a", "not_finite"),
        ({"a": -math.inf}, "a", "not_finite"),
        ({"a": 2**63}, "a", "out_of_range"),
        ({"a": -(10**400)}, "a", "out_of_range"),
    ]
    for value, path, code in cases:
        with pytest.raises(InvalidInput) as refused:
            codec.refuse_unstorable(value)
        assert (refused.value.path, refused.value.code) == (path, code)


DOUBTFUL_TREES: st.SearchStrategy[Any] = st.recursive(
    st.integers(-(2**70), 2**70) | st.floats() | st.text() | st.sampled_from(["1e5", ": 2E1", 10**18, 1e300]),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(), one, max_size=3),
    max_leaves=12,
)


@settings(derandomize=True, max_examples=amount(1_000, quick=200))
@given(DOUBTFUL_TREES, st.booleans(), st.integers(0, 40))
def test_nothing_is_refused_in_a_plain_text(tree: Any, in_ascii: bool, levels: int) -> None:
    for _ in range(levels):
        tree = [tree]
    data = json.dumps(tree, ensure_ascii=in_ascii).encode("utf-8", "surrogatepass")
    tree = codec.decode_leniently(data)
    if codec.is_plain(data, codec.extent_of(tree)):
        codec.refuse_unstorable(tree)  # raises for what it refuses


def test_the_text_of_an_ordinary_body_is_plain() -> None:
    body = {
        "id": "0f8fad5b-d9cb-469f-a165-70867728950e",
        "at": "2026-01-01T12:00:00Z",
        "amount": "12.50",
        "n": -3,
    }
    rows = {"rows": [body] * 20}
    assert codec.is_plain(codec.encode(rows), codec.extent_of(rows))


def test_nesting_has_an_end() -> None:
    nested: Any = 1
    for _ in range(codec.DEEPEST):
        nested = [nested]
    codec.refuse_unstorable(nested)
    with pytest.raises(InvalidInput) as refused:
        codec.refuse_unstorable([nested])
    assert refused.value.code == "too_deep"


def test_a_refusal_does_not_quote_what_was_sent() -> None:
    for data in (b'{"name": "Quillfeather', b'"Quillfeather\xff"', b"[" * 100_000):
        for read in (codec.decode, codec.decode_leniently):
            with pytest.raises(codec.MalformedJson) as refused:
                read(data)
            assert "Quill" not in str(refused.value)


def test_a_name_that_stands_twice_in_one_object_is_refused_and_named() -> None:
    for data in (b'{"a": 1, "a": 1}', b'{"b": [{"a": 1, "b": 2, "\\u0061": 3}]}'):
        with pytest.raises(codec.NameGivenTwice, match="'a' is a name twice"):
            _refuse_doubled_names(data)
    _refuse_doubled_names(b'{"a": {"a": [{"a": 1}, {"a": 1}]}}')


MEMBERS = st.lists(
    st.tuples(st.sampled_from(["a", "b", 'a":', 'a" :', "\u00e9"]), st.integers(0, 9)), max_size=4
)


@settings(derandomize=True, max_examples=amount(500, quick=100))
@given(st.lists(MEMBERS, max_size=3), st.sampled_from([":", " :", ": ", "\n:", "\t: "]), st.booleans())
def test_doubled_names_are_found_however_a_body_is_spaced(
    objects: list[list[tuple[str, int]]], colon: str, in_ascii: bool
) -> None:
    written = (
        ", ".join(f"{json.dumps(name, ensure_ascii=in_ascii)}{colon}{value}" for name, value in members)
        for members in objects
    )
    data = ("[" + ",".join(f"{{{members}}}" for members in written) + "]").encode()
    if any(len(dict(members)) < len(members) for members in objects):
        with pytest.raises(codec.NameGivenTwice, match="is a name twice"):
            _refuse_doubled_names(data)
    else:
        _refuse_doubled_names(data)


def _refuse_doubled_names(data: bytes) -> None:
    codec.refuse_doubled_names(data, codec.extent_of(codec.decode(data)))


def test_what_is_nested_too_deep_is_refused_before_its_names_are_compared() -> None:
    with pytest.raises(codec.MalformedJson):
        codec.refuse_doubled_names(b"[" * 100_000, codec.Extent(levels=0, names=1, numbers_fit=True))
