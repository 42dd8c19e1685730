"""Header fields written by hand, so that nothing a template or a customer wrote can become another field.

The standard library's EmailMessage does not write them. It decodes a `=?utf-8?q?=0D=0ABcc:...?=` in a subject
and, before CVE-2024-6923 was mended, writes the line break out: other bytes on other releases of Python. It
also encodes a long List-Unsubscribe, which mail programs then cannot read.
"""

import base64
import re
import unicodedata
from collections.abc import Iterator

from domain.customers.mailability import is_sendable, mailability
from domain.messages.errors import InvalidMailbox, InvalidMailHeader

LONGEST_VALUE = 900
"""Characters. A line may have 998 bytes (RFC 5322, 2.1.1)."""
LONGEST_NAME = 200
_LONGEST_DOMAIN = 150
"""The length in characters. It leaves room in a Message-ID for the part before the domain."""

_BYTES_IN_WORD = 45
"""So that an encoded word has at most 75 characters (RFC 2047, 2)."""
_FORBIDDEN = frozenset(("Cc", "Cs", "Zl", "Zp"))
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOMAIN = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
_MAILBOX = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
_MESSAGE_ID = re.compile(rf"<{_ATOM}(?:\.{_ATOM})*@{_DOMAIN}>")
_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_PRINTABLE = re.compile(r"[ -~]*")
_OWN_FIELDS = frozenset(
    ("from", "to", "cc", "bcc", "sender", "subject", "date", "message-id", "mime-version", "received")
)
_OWN_FAMILIES = ("content-", "resent-")


def text(value: str, path: str) -> str:
    """Returns an unstructured value, such as a subject, as written after `Subject: `."""
    _check(value, path, LONGEST_VALUE)
    plain = _is_plain(value) and value == value.strip()
    return value if plain else "\r\n ".join(_encoded_words(value))


def mailbox(value: str, path: str, *, smtputf8: bool = False) -> str:
    """`Name <address>` or the bare address, for From and To. `smtputf8`: the local part need not be ASCII."""
    name, address = _split(value, path, smtputf8)
    if not name:
        return address
    if _is_plain(name):
        quoted = name.replace("\\", r"\\").replace('"', r"\"")
        return f'"{quoted}" <{address}>'
    return "\r\n ".join((*_encoded_words(name), f"<{address}>"))


def address(value: str, path: str, *, smtputf8: bool = False) -> str:
    """Returns the address in `value`, for the envelope. `value` has the form that `mailbox` takes."""
    return _split(value, path, smtputf8)[1]


def message_id(value: str, path: str) -> str:
    if len(value) > LONGEST_NAME or not _MESSAGE_ID.fullmatch(value):
        raise InvalidMailHeader("Not a Message-ID.", path=path)
    return value


def id_domain(*hosts: str) -> str:
    """Returns the domain of Message-IDs: the first of these texts that is a domain, without a dot at its end.

    A host's name may have what a domain's may not, such as `_`, or be an IPv6 address.
    """
    for host in (*hosts, "localhost"):
        domain = host.removesuffix(".")
        if len(domain) <= _LONGEST_DOMAIN and re.fullmatch(_DOMAIN, domain):
            return domain
    raise AssertionError("localhost is a domain")


def additional(name: str, value: str, path: str) -> tuple[str, str]:
    """Returns an extra field from the caller. It must be ASCII and not a field that Farley writes itself."""
    if len(name) > LONGEST_NAME or not _FIELD_NAME.fullmatch(name):
        raise InvalidMailHeader("Not a header name.", path=path)
    if name.lower() in _OWN_FIELDS or name.lower().startswith(_OWN_FAMILIES):
        raise InvalidMailHeader("This header is written by Farley itself.", path=path)
    _check(value, path, LONGEST_VALUE)
    if not _PRINTABLE.fullmatch(value) or value != value.strip() or not value:
        raise InvalidMailHeader("An extra mail header is printable ASCII and not empty.", path=path)
    return name, value


def _check(value: str, path: str, longest: int) -> None:
    if len(value) > longest:
        raise InvalidMailHeader(f"A mail header has at most {longest} characters here.", path=path)
    for character in value:
        if unicodedata.category(character) in _FORBIDDEN and character != "\t":
            raise InvalidMailHeader(path=path)


def _is_plain(value: str) -> bool:
    # What looks like an encoded word would be decoded by the reader's program.
    return bool(_PRINTABLE.fullmatch(value)) and "=?" not in value


def _encoded_words(value: str) -> Iterator[str]:
    chunk = b""
    for character in value:
        encoded = character.encode()
        if len(chunk) + len(encoded) > _BYTES_IN_WORD:
            yield _encoded_word(chunk)
            chunk = b""
        chunk += encoded
    yield _encoded_word(chunk)


def _encoded_word(chunk: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(chunk).decode('ascii')}?="


def _split(value: str, path: str, smtputf8: bool) -> tuple[str, str]:
    match = _MAILBOX.fullmatch(value)
    name, address = (match["name"].strip(" "), match["address"]) if match else ("", value)
    _check(name, path, LONGEST_NAME)
    if not is_sendable(mailability(address), smtputf8=smtputf8):
        plain = "plain" if smtputf8 else "plain ASCII"
        raise InvalidMailbox(f"Not one {plain} e-mail address that mail can be sent to.", path=path)
    return _unquoted(name), address


def _unquoted(name: str) -> str:
    if len(name) >= 2 and name.startswith('"') and name.endswith('"'):
        return re.sub(r"\\(.)", r"\1", name[1:-1])
    return name
