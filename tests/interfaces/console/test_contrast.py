"""The colours of the style sheet, by day and by night: 4.5 for text, 3 for graphics and the edges of fields."""

import re

import pytest

from interfaces.console.assets import FOLDER

TEXT, GRAPHIC = 4.5, 3.0
"""The contrast that WCAG 2.2 AA asks for."""
SHEET = (FOLDER / "console.css").read_text()
DAY, NIGHT = (
    dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", part))
    for part in SHEET.split("/* --- the ground --- */")[0].split(
        "@media screen and (prefers-color-scheme: dark)"
    )
)
SHADES = [{**DAY}, {**DAY, **NIGHT}]
TONES = [name for name in DAY if name.startswith("tone-")]
STATES = ("ok", "warn", "stop")
PAIRS = [
    *(
        (text, behind, TEXT)
        for text in ("ink", "soft", "accent", "accent-strong")
        for behind in ("paper", "ground", "sunk")
    ),
    *((state, behind, TEXT) for state in STATES for behind in ("paper", "ground", f"{state}-paper")),
    *((text, f"{state}-paper", TEXT) for state in STATES for text in ("ink", "soft", "accent")),
    *((text, "accent-paper", TEXT) for text in ("ink", "soft", "accent")),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("on-danger", "danger", TEXT),
    ("on-danger", "danger-strong", TEXT),
    ("on-alert", "alert", TEXT),
    ("paper", "ink", TEXT),
    *((text, behind, TEXT) for text in ("menu-ink", "menu-strong") for behind in ("menu", "menu-current")),
    ("menu-soft", "menu", TEXT),
    ("mark", "menu", GRAPHIC),
    ("mark", "menu-current", GRAPHIC),
    *(
        (line, "paper", GRAPHIC)
        for line in ("control", "focus", "danger", *(f"{state}-line" for state in STATES))
    ),
    *((f"{state}-line", f"{state}-paper", GRAPHIC) for state in STATES),
    *((line, "ground", GRAPHIC) for line in ("focus", "accent", "danger")),
    *((tone, "paper", GRAPHIC) for tone in TONES),
]


@pytest.mark.parametrize(("colour", "behind", "least"), PAIRS)
def test_a_colour_stands_out_by_day_and_by_night(colour: str, behind: str, least: float) -> None:
    for shades in SHADES:
        assert contrast(shades[colour], shades[behind]) >= least, (shades[colour], shades[behind])


def test_the_night_has_every_colour_of_the_day() -> None:
    assert NIGHT.keys() == DAY.keys()


def test_no_rule_has_a_colour_of_its_own() -> None:
    rules = SHEET.split("/* --- the ground --- */")[1].split("@media print")[0]
    assert re.findall(r"#[0-9a-f]{3,8}\b(?![^{]*\{)", rules) == []


def contrast(colour: str, behind: str) -> float:
    lighter, darker = sorted(map(luminance, (colour, behind)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """As WCAG defines it, of #rrggbb."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
