"""Tells where an error came from without its messages, which may quote values."""

from collections.abc import Iterator
from traceback import extract_tb
from typing import Any

DEEPEST_FRAMES = 12


def where(error: BaseException) -> dict[str, Any]:
    """Returns the classes and places of an error and its causes, as fields of a log line."""
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)]
    causes = [type(cause).__name__ for cause in _causes(error)]
    return {"error": type(error).__name__, "causes": causes, "frames": frames[-DEEPEST_FRAMES:]}


def _causes(error: BaseException) -> Iterator[BaseException]:
    while (cause := error.__cause__ or error.__context__) is not None:
        yield cause
        error = cause
