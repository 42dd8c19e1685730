"""The installation's settings, read once from the environment; a secret also from NAME_FILE."""

import base64
import binascii
import ipaddress
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import phonenumbers

from domain.errors import InvalidInput, NotConfigured
from domain.messages.errors import InvalidMailHeader
from domain.money import CURRENCIES
from domain.zones import known_zone
from infrastructure.mail.headers import mailbox
from infrastructure.mail.smtp_address import parse_smtp_url

ROOT = Path(__file__).parents[2]
SECRETS = (
    "DATABASE_URL",
    "FARLEY_KEYS_URL",
    "FARLEY_ID_KEY",
    "FARLEY_WRAPPING_KEY",
    "FARLEY_ADMIN_KEY",
    "FARLEY_SMTP_URL",
)


LONGEST_PUBLIC_URL = 500
"""Characters, so that a link fits into a line of a message's head."""
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")


@dataclass(frozen=True, kw_only=True, repr=False)
class Settings:
    """The settings of all processes. URLs are PostgreSQL's. Without `smtp_url` mail goes to the drop folder.

    `disk_reserve` is in bytes. `smtputf8` says whether the next hop, or the reader of the drop folder, takes
    addresses whose local part is not ASCII. The dispatcher notes the log's position in the file `noted_position`.
    """

    home: Path
    port: int
    database_url: str | None
    keys_url: str | None
    id_key: bytes | None
    wrapping_key: bytes | None
    admin_key: str | None
    smtp_url: str | None
    smtp_connections: int
    smtputf8: bool
    mail_from: str
    public_url: str
    region: str | None
    currency: str
    time_zone: str
    workers: int
    threads: int
    trusted_proxies: tuple[Network, ...]
    disk_reserve: int
    noted_position: Path
    lease_seconds: int

    @property
    def pool_size(self) -> int:
        """The connections in each pool of a web process: one for each thread, and one to spare."""
        return self.threads + 1

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """NotConfigured, naming the variable, for a value that cannot be used."""
        home = ROOT / (env.get("FARLEY_HOME") or ".farley")
        port = _number(env, "FARLEY_PORT", 8000, 1, 65535)
        return cls(
            home=home,
            port=port,
            database_url=_secret(env, "DATABASE_URL"),
            keys_url=_secret(env, "FARLEY_KEYS_URL"),
            id_key=_key(env, "FARLEY_ID_KEY"),
            wrapping_key=_key(env, "FARLEY_WRAPPING_KEY"),
            admin_key=_admin_key(env),
            smtp_url=_smtp_url(env),
            smtp_connections=_number(env, "FARLEY_SMTP_CONNECTIONS", 4, 1, 64),
            smtputf8=bool(_number(env, "FARLEY_SMTPUTF8", 0, 0, 1)),
            mail_from=_mail_from(env),
            public_url=_public_url(env, port),
            region=_region(env),
            currency=_currency(env),
            time_zone=_time_zone(env),
            workers=_number(env, "FARLEY_WORKERS", 2, 1, 64),
            threads=_number(env, "FARLEY_THREADS", 8, 1, 256),
            trusted_proxies=_networks(env, "FARLEY_TRUSTED_PROXIES"),
            disk_reserve=_number(env, "FARLEY_DISK_RESERVE", 64, 0, 1_000_000) * 1024 * 1024,
            noted_position=home / (env.get("FARLEY_NOTED_POSITION") or "noted-position.json"),
            lease_seconds=_number(env, "FARLEY_LEASE_SECONDS", 10, 3, 600),
        )

    def __repr__(self) -> str:
        return f"Settings(home={self.home}, port={self.port})"


def drop_secrets(env: MutableMapping[str, str]) -> None:
    """Once the settings are read, nothing that runs later can find their secrets in the environment."""
    for name in SECRETS:
        env.pop(name, None)


def _secret(env: Mapping[str, str], name: str) -> str | None:
    path = env.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text().strip() or None
        except OSError as error:
            raise NotConfigured(f"{name}_FILE names a file that cannot be read: {error.strerror}") from error
    return env.get(name, "").strip() or None


def _number(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name, "").strip() or str(default)
    if not text.isdecimal() or not low <= int(text) <= high:
        raise NotConfigured(f"{name} must be a whole number from {low} to {high}, not {text!r}.")
    return int(text)


def _networks(env: Mapping[str, str], name: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(text) for text in env.get(name, "").replace(",", " ").split())
    except ValueError as error:
        raise NotConfigured(
            f"{name} must be IP addresses or networks, separated by commas, such as 192.0.2.7, 10.1.0.0/16."
        ) from error


def _key(env: Mapping[str, str], name: str) -> bytes | None:
    text = _secret(env, name)
    if text is None:
        return None
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise NotConfigured(f"{name} must be 32 bytes in base64.") from error
    if len(key) != 32:
        raise NotConfigured(f"{name} must be 32 bytes in base64, not {len(key)}.")
    return key


def _admin_key(env: Mapping[str, str]) -> str | None:
    key = _secret(env, "FARLEY_ADMIN_KEY")
    if key is not None and len(key) < 32:
        raise NotConfigured("FARLEY_ADMIN_KEY must have 32 characters or more.")
    return key


def _smtp_url(env: Mapping[str, str]) -> str | None:
    url = _secret(env, "FARLEY_SMTP_URL")
    if url is not None:
        parse_smtp_url(url)
    return url


def _mail_from(env: Mapping[str, str]) -> str:
    text = env.get("FARLEY_MAIL_FROM", "").strip() or "farley@localhost.localdomain"
    try:
        mailbox(text, "FARLEY_MAIL_FROM")
    except InvalidMailHeader as refused:
        raise NotConfigured(
            "FARLEY_MAIL_FROM must be an e-mail address in ASCII, such as shop@example.org"
            " or Shop <shop@example.org>; a domain in another script is written xn--..."
        ) from refused
    return text


def _public_url(env: Mapping[str, str], port: int) -> str:
    url = env.get("FARLEY_PUBLIC_URL", "").strip() or f"http://127.0.0.1:{port}"
    if not _is_web_address(url):
        raise NotConfigured(
            "FARLEY_PUBLIC_URL must be the address of a web site in ASCII, such as https://farley.example.org,"
            f" without user, query or fragment, and have at most {LONGEST_PUBLIC_URL} characters."
        )
    return url


def _is_web_address(url: str) -> bool:
    if len(url) > LONGEST_PUBLIC_URL or not re.fullmatch(r"[!-~]+", url) or re.search(r"[?#@<>\"\\]", url):
        return False
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and port != 0 and _is_host(host, bracketed="[" in parts.netloc)


def _is_host(host: str, *, bracketed: bool) -> bool:
    if not bracketed:
        return len(host) <= 254 and _HOST.fullmatch(host) is not None
    try:
        return ipaddress.IPv6Address(host).scope_id is None
    except ValueError:
        return False


def _region(env: Mapping[str, str]) -> str | None:
    region = env.get("FARLEY_REGION", "").strip() or None
    if region is not None and region not in phonenumbers.SUPPORTED_REGIONS:
        raise NotConfigured(
            "FARLEY_REGION must be the ISO 3166 code, two capitals such as DE, of a country with phone numbers."
        )
    return region


def _currency(env: Mapping[str, str]) -> str:
    currency = env.get("FARLEY_CURRENCY", "").strip() or "EUR"
    if currency not in CURRENCIES:
        raise NotConfigured("FARLEY_CURRENCY must be an ISO 4217 code, such as EUR.")
    return currency


def _time_zone(env: Mapping[str, str]) -> str:
    try:
        return known_zone(env.get("FARLEY_TIME_ZONE", "").strip() or "UTC")
    except InvalidInput as error:
        raise NotConfigured("FARLEY_TIME_ZONE must be an IANA name, such as Europe/Berlin.") from error
