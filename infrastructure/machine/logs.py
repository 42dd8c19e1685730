"""Writes log lines: JSON on standard error, with constant messages, details in fields, and no personal data but ids."""

import json
import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from application import codec
from application.error_traces import where


def configure(process: str) -> None:
    """Makes every log line of this process, also those of libraries, a JSON object that names the process."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(process),
        _without_messages_of_errors,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    _send_to_standard_error(shared)


def _send_to_standard_error(shared: list[Processor]) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_json),
            ],
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


def _named(process: str) -> Processor:
    def name(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
        return {"process": process, **line}

    return name


def _without_messages_of_errors(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    given = line.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    return {**line, **where(error)} if isinstance(error, BaseException) else line
