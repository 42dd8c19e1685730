"""Whether mail can be sent to an address, and by which next hops."""

import re
from enum import StrEnum

from domain.plain_text import MARGINS

LONGEST_LOCAL_PART, LONGEST_ADDRESS = 64, 254
"""Limits in octets (RFC 5321, 4.5.3.1.1, and 4.5.3.1.3 less its two brackets)."""
NEVER_DELIVERED = frozenset({"invalid", "localhost"})
"""Top-level domains that reach nobody else's mailbox by definition (RFC 6761, 6.3 and 6.4).

`example` and `test` are not in the set: demonstrations and test environments send there. Names of private or other
networks, such as `local`, `internal` and `onion`, are not in it either: a company's own next hop may know them.
"""
_UNWRITABLE = rf"\x00-\x9f{MARGINS}\ufe00-\ufe0f\ud800-\uf8ff\ufff0-\uffff\U000e0000-\U0010ffff"
"""Outside of the ASCII atoms: controls, what prints nothing, selectors of variants, surrogates, private use, U+FFFD.

The ranges are written out because `str.isprintable` changes with Python, and a mailability is stored.
"""
_ATOM = rf"(?:[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]|[^{_UNWRITABLE}])+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?:{_LABEL}\.)+(?P<top>(?![0-9]+\Z){_LABEL})")
"""A domain has at least two labels (RFC 5321, 2.3.5), and the last is no number: that would be an IP address."""


class Mailability(StrEnum):
    """Which next hops can take mail to an address."""

    ANYWHERE = "anywhere"
    """Every next hop can take the mail."""
    WITH_SMTPUTF8 = "with_smtputf8"
    """Only a next hop with SMTPUTF8 (RFC 6531) can take the mail: the local part is not ASCII."""
    NOWHERE = "nowhere"
    """No next hop can: the address cannot be written in a message, or its domain reaches nobody."""


def mailability(address: str) -> Mailability:
    """Returns the mailability of an address as envelope and header contain it, with its domain in A-labels.

    Farley writes to no quoted local part and no address literal: their mailability is NOWHERE.
    """
    match = _ADDRESS.fullmatch(address)
    if match is None or not _fits(match["local"], address) or match["top"].lower() in NEVER_DELIVERED:
        return Mailability.NOWHERE
    return Mailability.ANYWHERE if address.isascii() else Mailability.WITH_SMTPUTF8


def is_sendable(point: Mailability | None, *, smtputf8: bool) -> bool:
    """Whether Farley can send to a contact point. `smtputf8`: whether the next hop supports SMTPUTF8.

    Contact points that are not for mail, such as phones, have the mailability None and count as sendable.
    """
    return point in (None, Mailability.ANYWHERE) or (point is Mailability.WITH_SMTPUTF8 and smtputf8)


def _fits(local: str, address: str) -> bool:
    return len(local.encode()) <= LONGEST_LOCAL_PART and len(address.encode()) <= LONGEST_ADDRESS
