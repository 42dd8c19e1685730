"""A position of the log that is noted in a file, outside the database."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class NotedPosition:
    """A position of the log, and a hash of the fact there. An empty log has position 0 and no hash."""

    position: int
    fact: str


def read(path: Path) -> NotedPosition | None:
    """Returns what the file says. Returns None if there is no file, or if it is not whole."""
    try:
        return NotedPosition(**json.loads(path.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write(path: Path, noted: NotedPosition) -> None:
    """Replaces the file at once. On return it is on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("w") as file:
        file.write(json.dumps(asdict(noted)) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
