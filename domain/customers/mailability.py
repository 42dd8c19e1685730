"""Whether mail can be sent to an address, and by which next hops."""

import re
from enum import StrEnum

LONGEST_LOCAL_PART, LONGEST_ADDRESS = 64, 254
"""Octets (RFC 5321, 4.5.3.1.1 and 4.5.3.1.3 with its brackets)."""
NEVER_DELIVERED = frozenset({"invalid", "localhost"})
"""Top-level domains that reach nobody else's mailbox by definition (RFC 6761, 6.3 and 6.4).

`example` and `test` are not among them: demonstrations and test environments send there. Neither are the names of
private networks, such as `local` and `internal`, because a company's own next hop may know them.
"""
_ATOM = r"(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]|[^\x00-\x7f])+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>(?:{_LABEL}\.)*(?P<top>{_LABEL}))")


class Mailability(StrEnum):
    """Which next hops can take mail to an address."""

    ANYWHERE = "anywhere"
    """Every next hop can."""
    WITH_SMTPUTF8 = "with_smtputf8"
    """The local part is not ASCII: only a next hop with the extension SMTPUTF8 can (RFC 6531)."""
    NOWHERE = "nowhere"
    """None can: the address cannot be written in a message, or its domain reaches nobody."""


def mailability(address: str) -> Mailability:
    """Of an address as it is written into the envelope and the head of a message: its domain in A-labels.

    A quoted local part and an address literal are not written.
    """
    match = _ADDRESS.fullmatch(address)
    if match is None or not _fits(match["local"], address) or match["top"].lower() in NEVER_DELIVERED:
        return Mailability.NOWHERE
    return Mailability.ANYWHERE if address.isascii() else Mailability.WITH_SMTPUTF8


def is_sendable(point: Mailability | None, *, smtputf8: bool) -> bool:
    """Whether a contact point of this mailability can be written to. `smtputf8`: whether the next hop has it.

    None is the mailability of contact points that no mail goes to, such as phones.
    """
    return point in (None, Mailability.ANYWHERE) or (point is Mailability.WITH_SMTPUTF8 and smtputf8)


def _fits(local: str, address: str) -> bool:
    short = len(local.encode()) <= LONGEST_LOCAL_PART and len(address.encode()) <= LONGEST_ADDRESS
    return short and local.isprintable()
