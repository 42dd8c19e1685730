"""Which refusals tell that a mailbox does not exist or takes no mail: a hard bounce, told at once."""

import re

_OF_THE_MAILBOX = frozenset(
    ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"),
)
"""RFC 3463, 3.2 and 3.3: no such mailbox, no such domain, not an address, moved away, disabled; RFC 7505, 4:
the domain takes no mail."""
_BASIC = frozenset((550, 551, 553, 556))
"""RFC 5321, 4.2.3, at RCPT: not found, not here, not a name; RFC 7504, 4: the domain takes no mail."""
_ENHANCED = re.compile(rb"^\s*#?([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)", re.MULTILINE)
_OF_SOMETHING_ELSE = re.compile(
    rb"relay|spam|spf|dkim|dmarc|rbl|dnsbl|\bblock|black ?list|block ?list|deny ?list|listed|reputation|policy"
    rb"|prohibit|denied|not (?:allowed|permitted|authori[sz]ed)|authenticat|verif|sender|greylist|\bip\b"
    rb"|too (?:many|quickly)|at a rate|quota|full|storage|content|virus|\btls\b|try again|temporar",
    re.IGNORECASE,
)
_TOO_FAST = re.compile(rb"too quickly|at a rate", re.IGNORECASE)


def tells_of_a_bounce(code: int, text: bytes, *, at_rcpt: bool) -> bool:
    """Whether a refusal with this basic code and text says that the recipient's mailbox takes no mail at all.

    The enhanced status code decides where there is one (RFC 3463, 2 and RFC 2034, 4): policy and spam (5.7.x),
    a full mailbox (5.2.2), our account and the content are other matters. Where there is none, the basic code
    does, at RCPT only (RFC 5321, 4.2.3 gives 550 to policies too): unless the text speaks of something else,
    as a relay does that refuses everybody. In doubt it is no bounce: an address would be stopped for good.
    """
    if not 500 <= code <= 599:
        return False
    told = _ENHANCED.search(text)
    if told is not None:
        return told[1].decode() in _OF_THE_MAILBOX and not _TOO_FAST.search(text)
    return at_rcpt and code in _BASIC and not _OF_SOMETHING_ELSE.search(text)
