"""The normal form of a postal address: JSON in one fixed spelling."""

import json
from collections.abc import Mapping
from typing import Any

from domain.identifiers.errors import InvalidPostalAddress
from domain.identifiers.text_forms import LONGEST, lower_form, one_line, text_form

_FIELDS = frozenset({"lines", "city", "postal_code", "country"})


def postal_form(address: object) -> str:
    """Returns `{"lines": [text], "city", "postal_code", "country"}` as JSON with sorted keys.

    Texts are in lower case with collapsed white space. Blank lines are left out, and at least one line must
    remain. Another absent field becomes empty. Raises `InvalidPostalAddress` with the path of the field.
    """
    fields = _known_fields(address)
    normal: dict[str, str | list[str]] = {
        name: _part(fields.get(name), name) for name in ("city", "postal_code", "country")
    }
    normal["lines"] = _lines(fields.get("lines"))
    spelled = json.dumps(normal, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if len(spelled) > LONGEST:
        raise InvalidPostalAddress("The postal address is too long.")
    return spelled


def _known_fields(address: object) -> Mapping[str, Any]:
    if not isinstance(address, Mapping) or not _FIELDS.issuperset(address):
        raise InvalidPostalAddress("A postal address has lines, city, postal_code and country.")
    return address


def _lines(lines: object) -> list[str]:
    if not isinstance(lines, list | tuple):
        raise InvalidPostalAddress(path="lines")
    parts = [_part(line, f"lines.{index}") for index, line in enumerate(lines)]
    if not any(parts):
        raise InvalidPostalAddress("A postal address has at least one line.", path="lines")
    return [part for part in parts if part]


def _part(raw: object, path: str) -> str:
    if raw is None:
        return ""
    if not isinstance(raw, str):
        raise InvalidPostalAddress(path=path)
    collapsed = one_line(raw)
    if not collapsed.strip(" "):
        return ""
    try:
        return lower_form(text_form(collapsed, longest=LONGEST, refusal=InvalidPostalAddress))
    except InvalidPostalAddress as refused:
        raise refused.at(path) from None
