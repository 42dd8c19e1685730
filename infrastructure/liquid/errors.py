"""Errors of a rendering whose messages may be shown. They quote names and limits, never a value."""

from liquid.exceptions import LiquidError


class TellableError(LiquidError):
    """Its message is written in this package."""


class RenderingTooSlow(TellableError):
    """The rendering's time is over."""
