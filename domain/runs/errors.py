"""The errors about runs."""

from domain.errors import NotFound, RuleBroken


class RunNotFound(NotFound):
    """This campaign has no run with this id."""


class DecisionNotFound(NotFound):
    """The run has no decision about this customer."""


class AudienceRecorded(RuleBroken):
    """The audience is recorded and cannot change any more."""


class AudienceNotRecorded(RuleBroken):
    """The size of the audience must be recorded before the first decision."""


class RunNotDue(RuleBroken):
    """The run cannot begin before the instant that it is planned for."""


class RunAlreadyFinished(RuleBroken):
    """The run is finished."""
