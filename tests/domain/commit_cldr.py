"""Writes the tables of `domain/cldr.py` from Babel's copy of the Unicode CLDR: `python -m tests.domain.commit_cldr`.

The tables are committed, so that a new version of Babel changes no stored form.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from babel import Locale
from babel.core import get_global

from domain import cldr
from domain.customers.details import COUNTRIES
from domain.customers.languages import TWO_LETTERS
from domain.money import CURRENCIES

FOLDER = Path(cldr.__file__).parent
LOCALES = [Locale(code) for code in ("en", "es")]
COLLOQUIAL = {"GB": ["Great Britain", "England"], "NL": ["Holland", "Holanda"], "US": ["USA", "America"]}
"""Usual names of countries that the CLDR does not have."""


def language_aliases() -> dict[str, str]:
    return {old: new.replace("_", "-") for old, new in sorted(get_global("language_aliases").items())}


def region_aliases() -> dict[str, str]:
    """Old codes and numbers of one region. Where several came of one, the old code is kept."""
    return {
        old: new[0]
        for old, new in sorted(get_global("territory_aliases").items())
        if len(new) == 1 and re.fullmatch("[A-Z]{2}|[0-9]{3}", old)
    }


def zone_aliases() -> dict[str, str]:
    """Other names of each time zone. UTC is called UTC, as everywhere, while the CLDR calls it Etc/UTC."""
    present = {"Etc/UTC": "UTC"}
    aliases = {old: present.get(new, new) for old, new in get_global("zone_aliases").items()} | present
    return {old: new for old, new in sorted(aliases.items()) if old != new and old != "Factory"}


def country_names() -> dict[str, list[str]]:
    """Names and codes of three letters, and other codes of two letters."""
    codes = get_global("territory_aliases").items()
    return {
        code: [
            *(locale.territories[code] for locale in LOCALES),
            *(old for old, new in sorted(codes) if new == [code] and old.isalpha()),
            *COLLOQUIAL.get(code, ()),
        ]
        for code in sorted(COUNTRIES)
    }


def language_names() -> dict[str, list[str]]:
    named = sorted(TWO_LETTERS - language_aliases().keys())
    names = {code: [each.languages[code] for each in LOCALES if code in each.languages] for code in named}
    return {code: known for code, known in names.items() if known}


def currency_names() -> dict[str, list[str]]:
    return {
        code: [each.currencies[code] for each in LOCALES if code in each.currencies]
        for code in sorted(CURRENCIES)
    }


def shown(table: Mapping[str, Mapping[str, object]]) -> str:
    """Returns the table as JSON, an entry on each line."""
    parts = (f' "{part}": {{\n{_entries(entries)}\n }}' for part, entries in table.items())
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _entries(entries: Mapping[str, object]) -> str:
    return ",\n".join(
        f'  "{code}": {json.dumps(value, ensure_ascii=False)}' for code, value in entries.items()
    )


def commit() -> None:
    tables: dict[str, Mapping[str, Mapping[str, object]]] = {
        "aliases": {
            "languages": language_aliases(),
            "regions": region_aliases(),
            "zones": zone_aliases(),
        },
        "names": {
            "countries": country_names(),
            "languages": language_names(),
            "currencies": currency_names(),
        },
    }
    for name, table in tables.items():
        (FOLDER / f"cldr_{name}.json").write_text(shown(table), encoding="utf-8")


if __name__ == "__main__":
    commit()
