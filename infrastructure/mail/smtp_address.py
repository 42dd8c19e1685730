"""The address of the next hop: `smtp://[user:password@]host[:port][?starttls=1]` or `smtps://...`."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from domain.errors import NotConfigured

_PORTS = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True, kw_only=True)
class SmtpAddress:
    host: str
    port: int
    tls: bool
    starttls: bool
    user: str
    password: str = field(repr=False)


def parse_smtp_url(url: str) -> SmtpAddress:
    """Raises NotConfigured, which never repeats the password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotConfigured("FARLEY_SMTP_URL is not a URL.") from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.fragment:
        raise NotConfigured(
            "FARLEY_SMTP_URL is smtp://[user:password@]host[:port][?starttls=1] or smtps://..."
        )
    address = SmtpAddress(
        host=_host(parts.hostname),
        port=_PORTS[parts.scheme] if port is None else port,
        tls=parts.scheme == "smtps",
        starttls=_starttls(parts),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
    if not (address.user.isascii() and address.password.isascii()):
        raise NotConfigured("FARLEY_SMTP_URL: user and password are ASCII.")
    _refuse_open_password(address)
    return address


def _host(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        raise NotConfigured("FARLEY_SMTP_URL names no host that can exist.") from None


def _starttls(parts: SplitResult) -> bool:
    query = parse_qsl(parts.query, keep_blank_values=True)
    if query not in ([], [("starttls", "0")], [("starttls", "1")]):
        raise NotConfigured("FARLEY_SMTP_URL knows one option, starttls=1.")
    if query == [("starttls", "1")] and parts.scheme == "smtps":
        raise NotConfigured("FARLEY_SMTP_URL: smtps is encrypted from the start, without starttls.")
    return query == [("starttls", "1")]


def _refuse_open_password(address: SmtpAddress) -> None:
    if address.user and not (address.tls or address.starttls or is_loopback(address.host)):
        raise NotConfigured("FARLEY_SMTP_URL: a password leaves only over smtps:// or with ?starttls=1.")


def is_loopback(host: str) -> bool:
    """Whether a host, by name or address, is this very machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
