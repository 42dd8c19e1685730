"""The installation's home: its keys, its embedded server and its folders. `prepare` makes it, once."""

import base64
import os
import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from domain.errors import NotConfigured
from infrastructure.machine.settings import Settings
from infrastructure.postgres.embedded import EmbeddedServer, RunningServer

STORE_DATABASE, KEYS_DATABASE = "farley", "farley_keys"


@dataclass(frozen=True, kw_only=True)
class Located:
    """Settings with all URLs and keys. `server` is the embedded server, if it is used."""

    settings: Settings
    database_url: str
    keys_url: str
    id_key: bytes
    wrapping_key: bytes
    server: RunningServer | None

    @property
    def drop_folder(self) -> Path:
        return self.settings.home / "mail"


def embedded_server(settings: Settings, *, tcp_port: int | None = None) -> EmbeddedServer:
    return EmbeddedServer(settings.home / "postgres", tcp_port=tcp_port)


def stored_in(home: Path) -> list[Path]:
    """The folders in which something is stored on this machine: the home, and the embedded server's where it
    lies elsewhere."""
    place = home / "postgres" / "postgres.place"
    return [home, Path(place.read_text().strip())] if place.exists() else [home]


def locate(settings: Settings, *, tcp_port: int | None = None) -> Located:
    """Returns the settings. Starts the embedded server if it is used. Raises NotConfigured if something is missing."""
    # The keys first: a home that has none gets no server.
    id_key = settings.id_key or _read_key(settings.home, "id.key", "FARLEY_ID_KEY")
    wrapping_key = settings.wrapping_key or _read_key(settings.home, "wrapping.key", "FARLEY_WRAPPING_KEY")
    if settings.database_url and not settings.keys_url:
        raise NotConfigured(
            "DATABASE_URL is set, but FARLEY_KEYS_URL is not: name the database that keeps the keys,"
            " another one than the log's."
        )
    server = None if settings.database_url else embedded_server(settings, tcp_port=tcp_port).start()
    return Located(
        settings=settings,
        database_url=settings.database_url or (server.url(STORE_DATABASE) if server else ""),
        keys_url=settings.keys_url or (server.url(KEYS_DATABASE) if server else ""),
        id_key=id_key,
        wrapping_key=wrapping_key,
        server=server,
    )


def prepare(settings: Settings) -> Settings:
    """Makes the home and the keys that are neither configured nor there. Repeatable."""
    settings.home.mkdir(parents=True, exist_ok=True)
    made = replace(settings, id_key=settings.id_key or _key_file(settings.home, "id.key"))
    return replace(made, wrapping_key=made.wrapping_key or _key_file(settings.home, "wrapping.key"))


def private_file(path: Path, make: Callable[[], str]) -> str:
    """Returns the line in a file that only its owner can read. Makes a missing file, completely or not at all."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        descriptor, unnamed = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "w") as file:
            file.write(make() + "\n")
            file.flush()
            os.fsync(descriptor)
        with suppress(FileExistsError):
            os.link(unnamed, path)
        Path(unnamed).unlink()
    return path.read_text().strip()


def _key_file(home: Path, name: str) -> bytes:
    private_file(home / "keys" / name, lambda: base64.b64encode(secrets.token_bytes(32)).decode())
    return _read_key(home, name, name)


def _read_key(home: Path, name: str, variable: str) -> bytes:
    path = home / "keys" / name
    try:
        key = base64.b64decode(path.read_text().strip(), validate=True) if path.exists() else b""
    except ValueError as error:
        raise NotConfigured(f"{path} is not 32 bytes in base64; put the right one back.") from error
    if not key:
        raise NotConfigured(_without_key(home, path, variable))
    if len(key) != 32:
        raise NotConfigured(f"{path} is not 32 bytes in base64; put the right one back.")
    return key


def _without_key(home: Path, path: Path, variable: str) -> str:
    if any(home.glob("keys/*.key")) or (home / "postgres").exists():
        return f"{path} is missing or empty: put it back from your backup, or set {variable}."
    return (
        f"FARLEY_HOME is {home}, and nothing is installed there: {path} does not exist, and {variable} is not set."
        " If Farley is installed or runs in another folder, set FARLEY_HOME to that folder. `farley up` or `farley"
        " migrate` makes a new installation here."
    )
