"""What Farley refuses about runs."""

from domain.errors import NotFound


class RunNotFound(NotFound):
    """This campaign has no run of this id."""
