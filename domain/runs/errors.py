"""What Farley refuses about runs."""

from domain.errors import NotFound, RuleBroken


class RunNotFound(NotFound):
    """This campaign has no run of this id."""


class AudienceRecorded(RuleBroken):
    """The audience is recorded and does not change any more."""


class AudienceNotRecorded(RuleBroken):
    """The audience's size comes before the first decision."""


class RunNotDue(RuleBroken):
    """The run begins no earlier than the instant that it is planned for."""


class RunAlreadyFinished(RuleBroken):
    """The run is finished."""
