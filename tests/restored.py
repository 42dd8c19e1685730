"""Backups of an installation's databases by PostgreSQL's own programs, and databases that were restored from them."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from infrastructure.postgres.embedded import distribution_bin_dir, wheel_bin_dir
from tests.databases import TestDatabase


def program(name: str, url: str) -> str:
    """Returns the path of a program that fits the server at this URL."""
    with psycopg.connect(url) as connection:
        major = connection.info.server_version // 10_000
    folder = distribution_bin_dir(major) or wheel_bin_dir()
    return str(folder / name)


def dump(url: str, file: Path, *options: str) -> Path:
    """Dumps a database as docs/backup.md says."""
    command = [program("pg_dump", url), "--format=custom", f"--file={file}", *options, url]
    subprocess.run(command, check=True, capture_output=True)
    return file


@contextmanager
def restored(database: TestDatabase, store: Path, keys: Path) -> Iterator[TestDatabase]:
    """Yields new databases with the content of two dumps, on the server of `database`."""
    server = make_conninfo(database.url, dbname="postgres")
    names = {name: f"restored_{os.getpid()}_{name}" for name in ("store", "keys")}
    urls = {name: make_conninfo(database.url, dbname=restored_name) for name, restored_name in names.items()}
    with psycopg.connect(server, autocommit=True) as connection:
        for url in urls.values():
            connection.execute(f'create database "{_name(url)}" template template0'.encode())
        made = TestDatabase(url=urls["store"], keys_url=urls["keys"])
        try:
            for name, file in (("store", store), ("keys", keys)):
                restore(file, urls[name])
            yield made
        finally:
            made.let_go()
            for url in urls.values():
                connection.execute(f'drop database "{_name(url)}" with (force)'.encode())


def restore(file: Path, url: str) -> None:
    command = [
        program("pg_restore", url),
        "--clean",
        "--if-exists",
        "--single-transaction",
        f"--dbname={url}",
    ]
    subprocess.run([*command, str(file)], check=True, capture_output=True)


def _name(url: str) -> str:
    return str(conninfo_to_dict(url)["dbname"])
