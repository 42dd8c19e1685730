"""The catalogues of the console."""

import json
import re
import string

from interfaces.console.assets import FOLDER
from tests.interfaces.console.rendering import LANGUAGES, ROOT, TEMPLATES, Text, texts

CALLED = re.compile(r"""\bt\(\s*["']([a-z_.]+)["']""")


def test_each_language_says_all_and_names_the_same_things() -> None:
    english, spanish = map(texts, LANGUAGES)
    assert {path.stem for path in (ROOT / "texts").iterdir()} == set(LANGUAGES)
    assert list(english) == list(spanish)
    for name in english:
        assert _forms(english[name]).keys() == _forms(spanish[name]).keys(), name
        assert _placeholders(english[name]) == _placeholders(spanish[name]), name


def test_every_text_that_a_template_asks_for_is_there() -> None:
    asked = {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in CALLED.findall(path.read_text(encoding="utf-8"))
    }
    assert asked
    assert asked <= texts("en").keys()


def test_every_text_is_asked_for() -> None:
    sources = [*TEMPLATES.rglob("*.html"), *ROOT.rglob("*.py")]
    quoted = {
        name
        for path in sources
        for name in re.findall(r"""["']([a-z_.]+)["']""", path.read_text(encoding="utf-8"))
    }
    assert texts("en").keys() - quoted == set()


def test_a_text_with_plural_forms_has_both_and_is_chosen_by_n() -> None:
    for language in LANGUAGES:
        for name, text in texts(language).items():
            if isinstance(text, dict):
                assert text.keys() == {"one", "other"}, name
                assert "n" in _placeholders(text), name


def test_no_text_has_markup() -> None:
    for language in LANGUAGES:
        assert not re.search(r"[<>&]", json.dumps(texts(language), ensure_ascii=False))


def test_the_typeface_has_every_letter_of_the_texts() -> None:
    """Inter's Latin file: no text makes a browser load the larger one."""
    sheet = (FOLDER / "console.css").read_text()
    ranges = re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", sheet.split("unicode-range:")[1].split(";")[0])
    known = {place for first, last in ranges for place in range(int(first, 16), int(last or first, 16) + 1)}
    letters = {letter for language in LANGUAGES for letter in json.dumps(texts(language), ensure_ascii=False)}
    assert {letter for letter in letters if ord(letter) not in known} == set()


def _forms(text: Text) -> dict[str, str]:
    return text if isinstance(text, dict) else {"other": text}


def _placeholders(text: Text) -> set[str]:
    parts = (part for form in _forms(text).values() for part in string.Formatter().parse(form))
    return {name for _, name, _, _ in parts if name}
