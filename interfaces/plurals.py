"""Counts with their noun, for messages."""


def how_many(count: int, noun: str) -> str:
    """Returns, for example, "1 date" or "2 dates"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
