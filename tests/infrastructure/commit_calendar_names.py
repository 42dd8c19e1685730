"""Writes the names of months and days that templates use, from the CLDR data of the installed Babel.

The service reads the file and not Babel: a message that was sent is rendered to the same bytes years later,
whatever the CLDR calls a month by then. Run as `.venv/bin/python -m tests.infrastructure.commit_calendar_names`.
"""

import json
from collections.abc import Mapping
from multiprocessing import Pool

from babel import Locale
from babel.dates import get_day_names, get_month_names

from infrastructure.liquid.calendar import FILE

LANGUAGES = """
    af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fil fr ga gl gu he hi hr hu hy id is it ja ka kk
    km kn ko ky lo lt lv mk ml mn mr ms mt my nb ne nl nn pa pl pt ro ru si sk sl sq sr sr-Latn sv sw ta te th tr
    uk ur uz vi zh zh-Hant zu
"""
WITHDRAWN = {"in": "id", "iw": "he", "mo": "ro", "no": "nb", "sh": "sr-Latn", "tl": "fil"}
"""Codes that BCP 47 keeps valid, and the one that stands for them."""


def names_of(language: str) -> dict[str, list[str]]:
    """By the letter of `date`; `B of a day` is how a month is written beside its day, where that differs."""
    locale = Locale.parse(language, sep="-")
    alone = _listed(get_month_names("wide", "stand-alone", locale), range(1, 13))
    beside = _listed(get_month_names("wide", "format", locale), range(1, 13))
    names = {
        "B": alone,
        "b": _listed(get_month_names("abbreviated", "stand-alone", locale), range(1, 13)),
        "A": _listed(get_day_names("wide", "stand-alone", locale), range(7)),
        "a": _listed(get_day_names("abbreviated", "stand-alone", locale), range(7)),
    }
    # Catalan writes "de gener": the preposition is the template's.
    inflected = any(not form.endswith(name) for form, name in zip(beside, alone, strict=True))
    return names | ({"B of a day": beside} if inflected else {})


def _listed(names: Mapping[int, str], numbers: range) -> list[str]:
    return [names[number] for number in numbers]


def main() -> None:
    languages = LANGUAGES.split()
    # A process for each: Babel 2.18 gives one language the months of another that was asked before it.
    with Pool(maxtasksperchild=1) as fresh_processes:
        names = dict(zip(languages, fresh_processes.map(names_of, languages, chunksize=1), strict=True))
    names |= {old: names[new] for old, new in WITHDRAWN.items()}
    lines = (
        f"{json.dumps(tag)}: {json.dumps(row, ensure_ascii=False)}" for tag, row in sorted(names.items())
    )
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
