"""The paused projections among those that an answer reads. The answer lacks the facts after their positions."""

from collections.abc import Collection, Mapping

Positions = Mapping[str, int]
"""The positions of projections, by name."""


def paused_among(paused: Positions, names: Collection[str]) -> dict[str, int]:
    """Returns those of the paused projections that are named, in the order of the names."""
    return {name: paused[name] for name in names if name in paused}


def paused_before(position: int, paused: Positions, names: Collection[str]) -> dict[str, int]:
    """Returns those of the paused projections that are named and have not reached this position."""
    return {name: at for name, at in paused_among(paused, names).items() if at < position}


def listed(paused: Positions) -> list[dict[str, str]]:
    """Returns the names and positions, as answers show them."""
    return [{"name": name, "position": str(position)} for name, position in paused.items()]


def in_words(paused: Positions) -> str:
    """Returns the names and positions, such as `orders at position 3, timeline at position 7`."""
    return ", ".join(f"{name} at position {position}" for name, position in paused.items())
