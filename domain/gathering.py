"""Reads several values and refuses all wrong ones together."""

from collections.abc import Callable
from typing import Any

from domain.errors import InvalidInput


def every(*reads: Callable[[], Any]) -> list[Any]:
    """Returns the results of the reads. Raises the first InvalidInput, with the other ones as its `others`."""
    results: list[Any] = []
    refusals: list[InvalidInput] = []
    for read in reads:
        try:
            results.append(read())
        except InvalidInput as refusal:
            refusals += [refusal, *refusal.others]
    if refusals:
        refusals[0].others = tuple(refusals[1:])
        raise refusals[0]
    return results
