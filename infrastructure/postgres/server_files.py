"""The three files with the embedded server's settings and its access rules. Every start writes them again.

They are outside the data folder, where only the account that starts the server can write. The server's account
cannot turn one into a symbolic link that root would follow.
"""

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from infrastructure.postgres.roles import ROLES

SETTINGS = {
    "max_connections": "100",
    "shared_buffers": "128MB",
    "dynamic_shared_memory_type": "posix",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "min_wal_size": "80MB",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "autovacuum": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "datestyle": "iso, ymd",
    "lc_messages": "C",
    "password_encryption": "scram-sha-256",
    "unix_socket_permissions": "0700",
    "log_line_prefix": "%m [%p] %u@%d ",
    # Neither statements nor the values in an error's DETAIL: both can hold personal data or a password.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}

# peer: the kernel says which account is at the other end of the socket. Nobody else gets in.
ACCESS = """\
local all all peer map=farley
local replication postgres peer map=farley
host farley farley_reporting 127.0.0.1/32 scram-sha-256
"""


def where_it_listens(socket_dir: Path, port: int, *, tcp: bool) -> dict[str, str]:
    """The settings for a socket in `socket_dir` and, with `tcp`, the port on 127.0.0.1."""
    return {
        # a list of folders, hence the quotes
        "unix_socket_directories": '"' + str(socket_dir).replace('"', '""') + '"',
        "listen_addresses": "127.0.0.1" if tcp else "",
        "port": str(port),
    }


def write_settings(folder: Path, more: Mapping[str, str]) -> Path:
    """Write `postgresql.conf` into `folder`, with `more` over the defaults, and give its path."""
    access = {"hba_file": str(folder / "pg_hba.conf"), "ident_file": str(folder / "pg_ident.conf")}
    lines = [f"{name} = {_quoted(value)}" for name, value in {**SETTINGS, **access, **more}.items()]
    head = "# Written at every start of Farley's embedded server. To change a setting use ALTER SYSTEM.\n"
    write(folder / "postgresql.conf", head + "\n".join(lines) + "\n")
    return folder / "postgresql.conf"


def write_access(folder: Path, accounts: Iterable[str]) -> bool:
    """Write the access rules: `accounts` may connect over the socket as every role. Returns True if they changed."""
    names = dict.fromkeys(accounts)
    mapping = "".join(f'farley "{name}" {role}\n' for name in names for role in ("postgres", *ROLES))
    texts = {folder / "pg_hba.conf": ACCESS, folder / "pg_ident.conf": mapping}
    stale = {path: text for path, text in texts.items() if not path.exists() or path.read_text() != text}
    for path, text in stale.items():
        write(path, text)
    return bool(stale)


def write(path: Path, text: str) -> None:
    """Replace a file at once, readable by the server's account; a symbolic link is replaced, not followed."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
        os.fchmod(descriptor, 0o644)
    Path(name).replace(path)


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
