"""The rules for suggesting the name that somebody probably meant."""

from itertools import permutations

import pytest

from domain.nearest import most_alike

NUMBERED = [f"promo-{number:04}" for number in range(10_000)]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("promo-4321x", "promo-4321"),
        ("PROMO 9801", "promo-9801"),
        ("promo4321", "promo-4321"),
        ("xpromo-4321", "promo-4321"),
    ],
)
def test_of_names_with_the_same_digits_the_one_with_their_order_is_suggested(text: str, meant: str) -> None:
    assert most_alike(text, NUMBERED) == meant


def test_a_name_is_suggested_from_more_anagrams_than_are_compared() -> None:
    anagrams = [f"sku-{''.join(digits)}" for digits in permutations("123456")]
    assert most_alike("sku 654321", anagrams) == "sku-654321"
    assert most_alike("sku-654321", reversed(anagrams)) == "sku-654321"


def test_of_names_that_are_equally_alike_the_first_is_suggested() -> None:
    assert most_alike("news", ["newsa", "newsb"]) == "newsa"
    assert most_alike("zzz", ["one", "two"]) == "one"
