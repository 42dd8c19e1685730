"""Renders templates of the console with given values. Texts are those of the catalogues; no service is behind them."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import interfaces.console
from interfaces.console.assets import asset

ROOT = Path(interfaces.console.__file__).parent
TEMPLATES = ROOT / "templates"
SAMPLE_PAGES = Path(__file__).parent / "pages"
LANGUAGES = ("en", "es")
Text = str | dict[str, str]


@cache
def texts(language: str) -> dict[str, Text]:
    loaded: dict[str, Text] = json.loads((ROOT / "texts" / f"{language}.json").read_text(encoding="utf-8"))
    return loaded


def texts_of(language: str) -> Callable[..., str]:
    """Returns the function by which templates take their texts."""

    def t(name: str, /, **values: Any) -> str:
        text = texts(language)[name]
        if not isinstance(text, str):
            text = text["one" if values["n"] == 1 else "other"]
        return text.format(**values)

    return t


@cache
def environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader([TEMPLATES, SAMPLE_PAGES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["asset"] = asset
    return found


def rendered(name: str, language: str, **values: Any) -> str:
    return environment().get_template(name).render(t=texts_of(language), language=language, **values)
