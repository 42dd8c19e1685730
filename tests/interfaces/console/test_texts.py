"""The catalogues of the console."""

import json
import re
import string
from collections import Counter
from collections.abc import Mapping

from interfaces.console.assets import FOLDER
from interfaces.console.languages import FOLDER as CATALOGUES
from interfaces.console.languages import LANGUAGES, catalogue
from tests.interfaces.console.rendering import ROOT, TEMPLATES

SOURCES = [path.read_text(encoding="utf-8") for path in [*TEMPLATES.rglob("*.html"), *ROOT.rglob("*.py")]]
CALLED = re.compile(r"""\bt\(\s*["']([a-z_.]+)["']""")
QUOTED = re.compile(r"""["']([a-z_]+\.[a-z_.]+)["']""")
FAMILY = re.compile(r"""["']([a-z_]+)["']""")
FILLED_IN = re.compile(r"""\bf"([a-z_]+)\.\{""")
Text = str | Mapping[str, str]


def test_each_language_says_all_and_names_the_same_things() -> None:
    english, spanish = map(catalogue, LANGUAGES)
    assert {path.stem for path in CATALOGUES.iterdir()} == set(LANGUAGES)
    assert list(english) == list(spanish)
    for name in english:
        assert _forms(english[name]).keys() == _forms(spanish[name]).keys(), name
        assert _placeholders(english[name]) == _placeholders(spanish[name]), name


def test_no_name_stands_twice() -> None:
    for language in LANGUAGES:
        pairs = json.loads(
            (CATALOGUES / f"{language}.json").read_text(encoding="utf-8"), object_pairs_hook=list
        )
        assert [name for name, times in Counter(name for name, _ in pairs).items() if times > 1] == []


def test_every_text_that_is_asked_for_is_there() -> None:
    asked = {name for source in SOURCES for name in CALLED.findall(source)}
    assert asked
    assert asked <= catalogue("en").keys()


def test_every_text_is_asked_for_by_its_name_or_by_its_family() -> None:
    """A family such as `severity` has a text for each word of the API: sources name only the family."""
    named = {name for source in SOURCES for name in QUOTED.findall(source)}
    of_words = {name for source in SOURCES for name in FAMILY.findall(source)} - set(map(_family, named))
    of_words |= {name for source in SOURCES for name in FILLED_IN.findall(source)}
    assert {name for name in catalogue("en").keys() - named if _family(name) not in of_words} == set()


def test_a_text_with_plural_forms_has_both_and_is_chosen_by_n() -> None:
    for language in LANGUAGES:
        for name, text in catalogue(language).items():
            if not isinstance(text, str):
                assert text.keys() == {"one", "other"}, name
                assert "n" in _placeholders(text), name


def test_no_text_has_markup() -> None:
    for language in LANGUAGES:
        assert not re.search(r"[<>&]", json.dumps(catalogue(language), ensure_ascii=False))


def test_the_typeface_has_every_letter_of_the_texts() -> None:
    """Inter's Latin file: no text makes a browser load the larger one."""
    sheet = (FOLDER / "console.css").read_text()
    ranges = re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", sheet.split("unicode-range:")[1].split(";")[0])
    known = {place for first, last in ranges for place in range(int(first, 16), int(last or first, 16) + 1)}
    letters = {
        letter for language in LANGUAGES for letter in json.dumps(catalogue(language), ensure_ascii=False)
    }
    assert {letter for letter in letters if ord(letter) not in known} == set()


def _family(name: str) -> str:
    return name.partition(".")[0]


def _forms(text: Text) -> Mapping[str, str]:
    return text if not isinstance(text, str) else {"other": text}


def _placeholders(text: Text) -> set[str]:
    parts = (part for form in _forms(text).values() for part in string.Formatter().parse(form))
    return {name for _, name, _, _ in parts if name}
