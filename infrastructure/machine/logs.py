"""Writes log lines on standard error, with constant messages, details in fields, and no personal data but ids.

The lines are JSON, or short plain lines if a person reads them on a terminal.
"""

import json
import logging
import sys
from contextlib import suppress
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from application import codec
from application.error_traces import where

FOR_PROGRAMS = frozenset({"process", "event", "level", "logger", "timestamp"})
"""The fields that a short line shows in its own way, or not at all."""
OF_A_GOOD_REQUEST = frozenset({"correlation_id", "key"})
"""The fields that a person needs only where something is wrong."""


def configure(process: str) -> None:
    """Makes every log line of this process, also those of libraries, name the process, in JSON or for a terminal.

    Farley's own lines do not pass through the standard library's logging, which takes four times as long.
    """
    shared: list[Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(process),
        _without_messages_of_errors,
    ]
    on_terminal = sys.stderr is not None and sys.stderr.isatty()
    rendered = _short if on_terminal else structlog.processors.JSONRenderer(serializer=_json)
    structlog.configure(
        processors=[*shared, rendered],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_LineWriter,
        cache_logger_on_first_use=True,
    )
    _send_libraries_lines(shared, rendered)


class _LineWriter:
    """Writes lines to standard error. A line that cannot be written, as on a full disk, fails no request."""

    def __init__(self, name: str) -> None:
        self.name = name

    def info(self, line: str) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write(line + "\n")
            sys.stderr.flush()

    warning = error = critical = info


def _send_libraries_lines(shared: list[Processor], rendered: Processor) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, rendered],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)


def _json(line: EventDict, **_: Any) -> str:
    try:
        return codec.encode(line).decode()
    except (TypeError, UnicodeEncodeError):  # a library logs values of its own, or text that is no Unicode
        return json.dumps(line, default=repr)


def _short(_: WrappedLogger, __: str, line: EventDict) -> str:
    """Returns the time of day in UTC, the process, what happened, and the details that a person looks for."""
    level = line["level"]
    left_out = FOR_PROGRAMS | OF_A_GOOD_REQUEST if level == "info" else FOR_PROGRAMS
    details = [f"{name}={value}" for name, value in line.items() if name not in left_out]
    event = line["event"] if level == "info" else f"{level}: {line['event']}"
    return "  ".join([line["timestamp"][11:19], f"{line['process']:<10}", str(event), *details])


def _named(process: str) -> Processor:
    def name(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
        return {"process": process, **line}

    return name


def _without_messages_of_errors(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    given = line.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    return {**line, **where(error)} if isinstance(error, BaseException) else line
