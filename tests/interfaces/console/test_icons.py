"""The icons: each that a template or a page names is there."""

import re

import pytest
from jinja2 import UndefinedError

from tests.interfaces.console.rendering import ROOT, TEMPLATES, environment

DRAWN = set(
    re.findall(r"^  '([a-z0-9-]+)': '<", (TEMPLATES / "macros" / "icon.html").read_text(), re.MULTILINE)
)
NAMED = re.compile(r"""\bicon\(\s*["']([a-z0-9-]+)["']|\bicon(?:_name)?=["']([a-z0-9-]+)["']""")


def test_every_icon_that_is_named_is_drawn() -> None:
    sources = [*TEMPLATES.rglob("*.html"), *ROOT.rglob("*.py")]
    named = {name for path in sources for names in NAMED.findall(path.read_text()) for name in names if name}
    assert named
    assert named <= DRAWN


def test_an_icon_is_hidden_from_readers_unless_it_stands_alone() -> None:
    icon = environment().get_template("macros/icon.html").module.icon  # type: ignore[attr-defined]
    assert 'aria-hidden="true"' in icon("x")
    assert 'role="img" aria-label="Close"' in icon("x", "Close")
    with pytest.raises(UndefinedError):
        icon("no-such-icon")
