"""Blocked identifiers: what people and programs write in place of an unknown value.

Blocked values never link. The list is fixed. In doubt a value is not blocked, because the rule of shared
identifiers keeps two customers with the same value apart anyway. Blocked are:

- any value: a placeholder word (`null`, `N/A`, `(none)`, `unknown`, `[object Object]`, ...), nothing but
  punctuation (`-`, `???`), nothing but zeros (the zero UUID too), one character seven times or more
  (`9999999`), a run of seven digits or more from 0 or 1 up or from 9 or 0 down (`123456789`). Shorter values
  are not blocked: a shop has a customer 1111;
- phones: a national number of one repeated digit, a run of five digits or more, or seven zeros at the end;
- e-mail: nobody's mailbox (`noreply@`, `do-not-reply@`, `null@`, `000@`) anywhere; `test@test.com`,
  `a@a.a`, `asdf@asdf.com`, where mailbox and domain are both made up; a last label of one letter.
  `ann@example.com` is not blocked: it is made up, but not shared;
- post: addresses whose every line is such a value.
"""

import json
import re
from string import punctuation, whitespace

from domain.identifiers.kinds import Identifier, IdentifierKind

_NOBODY = frozenset({
    "null", "nil", "none", "nan", "undefined", "unknown", "anonymous", "nobody", "noemail", "nomail",
    "noreply", "donotreply", "mailerdaemon", "desconocido", "ninguno", "anonimo", "anónimo", "unbekannt",
    "inconnu", "sconosciuto",
})  # fmt: skip
_PLACEHOLDERS = _NOBODY | frozenset({
    "na", "anon", "guest", "test", "testing", "dummy", "default", "empty", "missing", "tbd", "true",
    "false", "xx", "xxx", "xxxx", "objectobject", "nodata", "notapplicable", "notavailable", "notgiven",
    "notknown", "notset", "noaplica", "sindatos", "keine", "anonyme",
})  # fmt: skip
_MADE_UP = frozenset({
    "no", "abc", "abcd", "asdf", "qwerty", "xyz", "email", "mail", "name", "user", "example", "sample",
})  # fmt: skip

_SKIPPED = str.maketrans("", "", punctuation + whitespace)
_ONE_CHARACTER = re.compile(r"(.)\1*")
_UP = ("0123456789" * 2, "1234567890" * 2)
_DOWN = ("9876543210" * 2, "0987654321" * 2)
_SHORTEST_REPEAT = 7
_SHORTEST_RUN = 7
_SHORTEST_PHONE_RUN = 5
_TWO_DIGIT_COUNTRIES = frozenset({
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48",
    "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81",
    "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
})  # fmt: skip


def is_blocked(identifier: Identifier) -> bool:
    """Whether everybody shares this value, so that it must never link anyone."""
    match identifier.kind:
        case IdentifierKind.EMAIL:
            return _is_nobodys_mailbox(identifier.normal)
        case IdentifierKind.PHONE:
            return _is_made_up_phone(identifier.normal)
        case IdentifierKind.POST:
            return all(map(_is_placeholder, json.loads(identifier.normal)["lines"]))
        case _:
            return _is_placeholder(identifier.normal)


def _is_placeholder(value: str) -> bool:
    bare = _bare(value)
    return (
        bare in _PLACEHOLDERS
        or not bare.strip("0")
        or (len(bare) >= _SHORTEST_REPEAT and _is_one_character(bare))
        or (len(bare) >= _SHORTEST_RUN and _is_run(bare))
    )


def _is_nobodys_mailbox(address: str) -> bool:
    local, _, domain = address.rpartition("@")
    first_label, last_label = domain.partition(".")[0], domain.rpartition(".")[2]
    mailbox = _bare(local.partition("+")[0])
    return (
        mailbox in _NOBODY
        or mailbox.startswith(("noreply", "donotreply"))
        or not mailbox.strip("0")
        or len(last_label) == 1
        or _is_made_up_pair(mailbox, _bare(first_label))
    )


def _is_made_up_pair(mailbox: str, label: str) -> bool:
    """Whether both parts are placeholders, or the same made-up word or repeated letter (`a@a.com`)."""
    if _is_placeholder(mailbox) and _is_placeholder(label):
        return True
    return mailbox == label and (mailbox in _MADE_UP or _is_one_character(mailbox))


def _is_made_up_phone(e164: str) -> bool:
    national = _national_digits(e164)
    return (
        _is_one_character(national)
        or national.endswith("0" * 7)
        or (len(national) >= _SHORTEST_PHONE_RUN and _is_run(national))
    )


def _national_digits(e164: str) -> str:
    """Returns the digits without the country code: one digit (1 and 7), two (listed codes) or three."""
    digits = e164.removeprefix("+")
    if digits[:1] in ("1", "7"):
        return digits[1:]
    return digits[2:] if digits[:2] in _TWO_DIGIT_COUNTRIES else digits[3:]


def _bare(value: str) -> str:
    return value.translate(_SKIPPED).lower()


def _is_one_character(value: str) -> bool:
    return _ONE_CHARACTER.fullmatch(value) is not None


def _is_run(value: str) -> bool:
    return any(digits.startswith(value) for digits in _UP + _DOWN)
