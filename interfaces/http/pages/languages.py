"""The language of a page, and its texts: one catalogue file per language."""

import json
from functools import cache
from pathlib import Path

from flask import request

FOLDER = Path(__file__).parent / "texts"
LANGUAGES = {"en": "English", "es": "Español"}
"""Each language's own name, by code. The first language is the default."""
PARAMETER = "lang"


def language_of(known: str | None = None) -> str:
    """Returns the language of the query, else the person's (`known`, a tag like es-MX), else the browser's."""
    for tag in (request.args.get(PARAMETER), known):
        code = (tag or "").partition("-")[0].lower()
        if code in LANGUAGES:
            return code
    return request.accept_languages.best_match(list(LANGUAGES)) or next(iter(LANGUAGES))


@cache
def texts(language: str) -> dict[str, str]:
    """Returns all texts of a language by name."""
    loaded: dict[str, str] = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return loaded
