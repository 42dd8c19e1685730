"""Tables of the Unicode Common Locale Data Repository (CLDR), as Babel 2.18 has them.

`cldr_aliases.json`: codes of languages and regions that another code replaced (supplementalMetadata), and other names
of time zones (timezone).
`cldr_names.json`: English and Spanish names, and other codes, of countries, languages and currencies.
Copyright Unicode, Inc.; Unicode License V3, https://www.unicode.org/license.txt. The command
`python -m tests.domain.commit_cldr` writes both files.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

Names = Mapping[str, Sequence[str]]


@cache
def aliases(of: str) -> Mapping[str, str]:
    """Returns the codes that replaced others, by the replaced code. `of`: languages, regions or zones.

    A language may come with its script or region: sr-Latn, fa-AF.
    """
    return dict(_table("aliases")[of])


@cache
def names(of: str) -> Names:
    """Returns the names of each code. `of`: countries, languages or currencies."""
    return dict(_table("names")[of])


def _table(name: str) -> Any:
    return json.loads(files("domain").joinpath(f"cldr_{name}.json").read_text(encoding="utf-8"))
