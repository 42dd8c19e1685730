"""The texts of the console: one catalogue per language, with plural forms, and the user's language."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale

from interfaces.http.current import Incoming

FOLDER = Path(__file__).parent / "texts"
LANGUAGES = {"en": "English", "es": "Español"}
"""Each language's own name, by code. The first language is the default."""

Catalogue = Mapping[str, str | Mapping[str, str]]


class Texts:
    """The texts of one language. `texts("people", n=3)` fills placeholders, and chooses the plural form by `n`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = catalogue(language)
        self._form_of = Locale(language).plural_form

    def __call__(self, name: str, /, **values: Any) -> str:
        text = self._texts[name]
        if not isinstance(text, str):
            text = text.get(self._form_of(values["n"])) or text["other"]
        return text.format(**values) if values else text

    def word(self, kind: str, value: str) -> str:
        """Returns the text of a word of the API, such as `severity.high`; a word without a text as it is."""
        name = f"{kind}.{value}"
        return self(name) if name in self else value

    def __contains__(self, name: str) -> bool:
        return name in self._texts


@cache
def catalogue(language: str) -> Catalogue:
    """Returns all texts of a language by name; a text with plural forms as an object of its forms."""
    loaded: Catalogue = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return loaded


@cache
def texts(language: str) -> Texts:
    return Texts(language)


def language_of(request: Incoming) -> str:
    """Returns the language that the person chose, else the browser's, else the default."""
    settings = request.signed_in.settings if request.signed_in is not None else None
    chosen = settings.language if settings is not None else request.args.get("lang")
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(list(LANGUAGES)) or next(iter(LANGUAGES))
