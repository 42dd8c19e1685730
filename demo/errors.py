"""The errors that end the demo early, each with a message on standard error."""

import click


class DemoError(click.ClickException):
    """The demo cannot go on."""


class SamplesMissing(DemoError):
    """The CDNOW purchase log is not available."""


class NotStarted(DemoError):
    """The demo's Farley does not start."""


class NotEnded(DemoError):
    """The demo's Farley did not end in time."""


class ApiRefused(DemoError):
    """The API refused a request of the demo."""


class WrongStory(DemoError):
    """Farley did not do what the story says."""
