"""The environment and the home."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from application.findings import Finding
from infrastructure.machine.settings import SECRETS, Settings
from infrastructure.mail.smtp_address import is_loopback

KNOWN = {
    "FARLEY_HOME",
    "FARLEY_PORT",
    "FARLEY_SMTP_CONNECTIONS",
    "FARLEY_SMTPUTF8",
    "FARLEY_MAIL_FROM",
    "FARLEY_PUBLIC_URL",
    "FARLEY_REGION",
    "FARLEY_CURRENCY",
    "FARLEY_TIME_ZONE",
    "FARLEY_WORKERS",
    "FARLEY_THREADS",
    "FARLEY_TRUSTED_PROXIES",
    "FARLEY_DISK_RESERVE",
    "FARLEY_NOTED_POSITION",
    "FARLEY_LEASE_SECONDS",
    "FARLEY_SAMPLES",
    "FARLEY_BROWSER",
    "FARLEY_NO_SKIPS",
    "FARLEY_TEST_FULL",
    "FARLEY_TEST_POSTGRES",
    *SECRETS,
    *(f"{name}_FILE" for name in SECRETS),
}


def findings(environment: Mapping[str, str], settings: Settings) -> Iterator[Finding]:
    """Unknown variables, keys that others can read, how mail goes out."""
    yield Finding(subject="configuration", message=f"home {settings.home}, port {settings.port}.")
    for name in sorted(environment):
        if name.startswith("FARLEY_") and name not in KNOWN:
            yield Finding(
                subject="configuration",
                message=f"nothing reads {name}.",
                wrong=True,
                remedy="Correct its name or remove it.",
            )
    yield from _key_files(settings.home / "keys")
    yield _mail(settings)
    yield _links(settings)


def _key_files(folder: Path) -> Iterator[Finding]:
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        if path.stat().st_mode & 0o077:
            yield Finding(
                subject="keys", message=f"others can read {path}.", wrong=True, remedy=f"chmod 600 '{path}'"
            )


def _mail(settings: Settings) -> Finding:
    if settings.smtp_url is not None:
        return Finding(subject="mail", message="is sent to the server of FARLEY_SMTP_URL.")
    folder = settings.home / "mail"
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    if os.access(nearest, os.W_OK):
        return Finding(
            subject="mail", message=f"is put into {folder} and not sent; FARLEY_SMTP_URL sends it."
        )
    return Finding(
        subject="mail", message=f"{folder} cannot be written.", wrong=True, remedy="Set FARLEY_SMTP_URL."
    )


def _links(settings: Settings) -> Finding:
    message = f"lead to {settings.public_url}"
    if settings.smtp_url is None or not is_loopback(urlsplit(settings.public_url).hostname or ""):
        return Finding(subject="links in messages", message=f"{message}.")
    return Finding(
        subject="links in messages",
        message=f"{message}: mail leaves this machine, and nobody outside can unsubscribe.",
        doubtful=True,
        remedy="Set FARLEY_PUBLIC_URL to where readers reach the web process.",
    )
