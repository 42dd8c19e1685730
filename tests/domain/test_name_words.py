"""The words by which names and towns are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customers.errors import NoWords, TooManyWords
from domain.customers.name_words import MOST_WORDS, words_asked, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ana García Núñez", {"ana", "garcia", "nunez"}),
        ("ANA  garcía\tana", {"ana", "garcia"}),
        ("Weiß", {"weiss"}),
        ("Łukasz Żółć", {"lukasz", "zolc"}),
        ("Đorđević Þór Æsir", {"dordevic", "thor", "aesir"}),
        ("Kılıç İpek", {"kilic", "ipek"}),
        ("O’Brien", {"o", "brien", "obrien"}),
        ("Jean-Pierre", {"jean", "pierre", "jeanpierre"}),
        ("Peter-", {"peter"}),
        ("Maria de la O", {"maria", "de", "la", "o"}),
        ("Smith, J.R. (née Doe)", {"smith", "j", "r", "nee", "doe"}),
        ("SW1A 1AA", {"sw1a", "1aa"}),
        ("राम रीमा", {"राम", "रीमा"}),
        ("דָּוִד", {"דוד"}),
        ("Zo\u00ade Zo\u200de", {"zoe"}),
        ("", set()),
        ("-'. ", set()),
    ],
)
def test_words_have_no_case_and_no_accents(text: str, words: set[str]) -> None:
    assert words_of(text) == words


def test_a_search_has_its_words_in_order_and_each_once() -> None:
    assert words_asked("Núñez García nunez O'Brien") == ("nunez", "garcia", "o", "brien")


def test_a_search_needs_words_but_not_too_many() -> None:
    with pytest.raises(NoWords):
        words_asked(" ... ")
    assert len(words_asked(" ".join("abcdefghij"))) == MOST_WORDS
    with pytest.raises(TooManyWords):
        words_asked(" ".join("abcdefghijk"))


@given(st.text(max_size=60))
def test_each_word_of_a_text_is_its_own_only_word(text: str) -> None:
    for word in words_of(text):
        assert words_of(word) == {word}


def test_the_case_of_a_letter_makes_no_difference() -> None:
    for letter in map(chr, range(0x3000)):
        assert words_of(letter) == words_of(letter.upper()) == words_of(letter.lower()), hex(ord(letter))


@given(st.text(max_size=60))
def test_what_is_asked_as_it_is_written_is_found(text: str) -> None:
    try:
        asked = words_asked(text)
    except (NoWords, TooManyWords):
        return
    assert set(asked) <= words_of(text)
