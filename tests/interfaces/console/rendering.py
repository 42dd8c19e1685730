"""Renders templates of the console, and sample pages that use its macros, with given values and no service."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import interfaces.console
from interfaces.console.assets import asset
from interfaces.console.languages import texts

ROOT = Path(interfaces.console.__file__).parent
TEMPLATES = ROOT / "templates"
SAMPLE_PAGES = Path(__file__).parent / "pages"


@cache
def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader([TEMPLATES, SAMPLE_PAGES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset"] = asset
    return made


def rendered(template: str, language: str, **values: Any) -> str:
    return environment().get_template(template).render(t=texts(language), language=language, **values)
