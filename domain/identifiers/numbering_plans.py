"""Rewrites phone numbers that a numbering plan spells in two ways to the present spelling.

A rule is listed only if the old spelling leads to exactly one present number, and if no number of the present
plan is spelled like an old one. `docs/phone-numbers.md` names the source of each rule and the changes without one.
"""

import re

_VIETNAM_MOBILES = {
    "120": "70", "121": "79", "122": "77", "126": "76", "128": "78",  # MobiFone
    "123": "83", "124": "84", "125": "85", "127": "81", "129": "82",  # Vinaphone
    "162": "32", "163": "33", "164": "34", "165": "35",  # Viettel
    "166": "36", "167": "37", "168": "38", "169": "39",
    "186": "56", "188": "58",  # Vietnamobile
    "199": "59",  # Gmobile
}  # fmt: skip

_RULES = (
    # These plans mark mobile numbers; the mark is not part of the number.
    (r"\+52(?:1|01|02|044|045)(\d{10})", r"+52\g<1>"),  # Mexico
    (r"\+549(\d{10,12})", r"+54\g<1>"),  # Argentina; the 15 of a national spelling makes it 12 digits
    # These plans were renumbered. The library keeps the trunk zero of an old number if it no longer knows
    # the number's length.
    (r"\+55([1-9][1-9])([689]\d{7})", r"+55\g<1>9\g<2>"),  # Brazil
    (r"\+57((?:[18][1-9]|[257][2-9]|4[2-57-9]|6[2-9])\d{6})", r"+5760\g<1>"),  # Colombia, fixed lines
    (r"\+225((?:0[1-3]|[457][0-3])\d{6})", r"+22501\g<1>"),  # Côte d'Ivoire, Moov
    (r"\+225([04-9][4-6]\d{6})", r"+22505\g<1>"),  # Côte d'Ivoire, MTN
    (r"\+225((?:[04578][7-9]|6[78]|9[78])\d{6})", r"+22507\g<1>"),  # Côte d'Ivoire, Orange
    (r"\+225(2[0-3]8\d{5})", r"+22521\g<1>"),  # the same, fixed lines
    (r"\+225((?:2[0-4]|3[0-6])0\d{5})", r"+22525\g<1>"),
    (r"\+225((?:2(?:0[23]|1[2357]|2[245]|3[45]|4[3-5])|3(?:06|1[69]|[2-6]7))\d{5})", r"+22527\g<1>"),
    (r"\+229([24-69]\d{7})", r"+22901\g<1>"),  # Benin
    (
        r"\+2340?((?:[1259]\d|3[013-9]|4[1-8]|6[024-689]|7[1-79]|8[2-9])\d{6})",
        r"+23420\g<1>",
    ),  # Nigeria, fixed lines
    (r"\+237([5679]\d{7})", r"+2376\g<1>"),  # Cameroon, mobiles
    (r"\+237((?:22|33)\d{6})", r"+2372\g<1>"),  # Cameroon, fixed lines
    (r"\+2410?(1\d{6})", r"+2411\g<1>"),  # Gabon, fixed lines
    (r"\+2410?([256]\d{6})", r"+2416\g<1>"),  # Gabon, Libertis and Moov
    (r"\+2410?([47]\d{6})", r"+2417\g<1>"),  # Gabon, Airtel
    (r"\+5930?([89]\d{7})", r"+5939\g<1>"),  # Ecuador, mobiles
    *((rf"\+840?{old}(\d{{7}})", rf"+84{new}\g<1>") for old, new in _VIETNAM_MOBILES.items()),
)
_COMPILED = tuple((re.compile(old), present) for old, present in _RULES)
_CODES = ("+225", "+229", "+234", "+237", "+241", "+52", "+54", "+55", "+57", "+593", "+84")
"""The calling codes of the plans that have rules."""
_WITHOUT_AREA = re.compile(r"\+5415\d{8}")


def is_respelled(e164: str) -> bool:
    """Whether the number belongs to a plan that has spelled some numbers in two ways."""
    return e164.startswith(_CODES)


def present_spelling(e164: str) -> str:
    """Returns the number in its present spelling. A number without a rule stays as it is."""
    if not is_respelled(e164):
        return e164
    for old, present in _COMPILED:
        match = old.fullmatch(e164)
        if match:
            return match.expand(present)
    return e164


def lacks_its_area(e164: str) -> bool:
    """Whether this is an Argentine mobile number as dialled within one town (`15 2345 6789`)."""
    return _WITHOUT_AREA.fullmatch(e164) is not None
