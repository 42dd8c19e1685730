"""What became of the rows: counted, and those that were refused named by their line."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from application import codec

SHOWN = 20
Errors = Sequence[Mapping[str, Any]]
"""Each with path, code and message."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    line: int
    errors: Errors


@dataclass(kw_only=True)
class Report:
    """`refused_rows`: where refused rows are written, as JSON lines. Used from several threads."""

    refused_rows: BinaryIO | None = None
    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    first_refused: list[Refused] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def rows(self) -> int:
        return self.accepted + self.duplicates + self.refused

    def take(self, *, new: bool, count: int = 1) -> None:
        with self._lock:
            if new:
                self.accepted += count
            else:
                self.duplicates += count

    def refuse(self, line: int, errors: Errors, cells: Mapping[str, Any]) -> None:
        with self._lock:
            self.refused += 1
            if len(self.first_refused) < SHOWN:
                self.first_refused.append(Refused(line=line, errors=errors))
            if self.refused_rows is not None:
                self.refused_rows.write(_json_line({"line": line, "errors": errors, "row": cells}))


def _json_line(value: Any) -> bytes:
    # as canonical JSON: a row may have been refused for what plain JSON cannot hold
    return codec.canonical(value) + b"\n"
