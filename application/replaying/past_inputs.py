"""The input of a run's decisions, as it was when each decision was made."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from application.deciding.asking import InstallationSettings, question_of
from application.deciding.ports import AudienceAt, KnownFacts
from application.replaying.compared_values import ComparedValues, installation_zone
from application.replaying.ports import LoggedFact, ReplayLog
from domain.campaigns.events import CampaignContent
from domain.deciding.decide import DecisionQuestion
from domain.runs.events import RunPlanned

Progress = Callable[[int], None]


class PastInputs:
    """Reads the input of decisions from the log.

    `zone` is the installation's, for groups of decisions of which none used the installation's zone.
    """

    def __init__(
        self, log: ReplayLog, planned: LoggedFact[RunPlanned], zone: str, on_progress: Progress
    ) -> None:
        self.planned = planned
        self.run = planned.fact
        self.known_at: datetime | None = None
        """When the last fact up to the position of the last `fold_to` was recorded."""
        self._log = log
        self._zone = zone
        self._on_progress = on_progress
        self._contents = log.contents(self.run.campaign_id)
        self.channel = self.content_before(planned.position).channel

    @property
    def rechecks(self) -> bool:
        """Whether second decisions may check again who matches the criteria."""
        return any(content.fact.recheck_segment for content in self._contents)

    def content_before(self, position: int) -> CampaignContent:
        """Returns the content that the campaign had before this position."""
        return max(
            (content for content in self._contents if content.position < position),
            key=lambda content: content.position,
        ).fact

    def fold_to(self, position: int) -> None:
        """Folds the log up to this position."""
        self.known_at = self._log.recorded_at(position)
        for reached in self._log.fold_to(position):
            self._on_progress(reached)

    def facts(
        self, members: Sequence[UUID], content: CampaignContent, recheck_at: datetime | None = None
    ) -> KnownFacts:
        """Returns the facts up to the position that the log is folded to.

        If the campaign rechecks its audience, `recheck_at` is the instant for which the facts say who still matches.
        """
        recheck = None
        if recheck_at is not None and content.recheck_segment:
            recheck = AudienceAt(criteria=content.audience, at=recheck_at)
        of_run = {"campaign_id": self.run.campaign_id, "run_id": self.run.originator_id}
        with self._log.known() as known:
            return known.facts(members, **of_run, recheck=recheck)

    def members(self, content: CampaignContent, at: datetime) -> list[UUID]:
        """Returns who matches at this instant, from the facts up to the position that the log is folded to."""
        with self._log.known() as known:
            return known.members(AudienceAt(criteria=content.audience, at=at))

    def question(
        self, content: CampaignContent, recorded: Mapping[Any, ComparedValues], *, smtputf8: bool
    ) -> DecisionQuestion:
        """Returns the question that `decide` answers.

        The installation's zone is as the recorded outcomes name it, and the SMTPUTF8 support is what the next hop had.
        """
        zone = installation_zone(recorded.values(), otherwise=self._zone)
        installation = InstallationSettings(zone=zone, smtputf8=smtputf8)
        return question_of(self.run.campaign_id, content, ends_at=self.run.ends_at, installation=installation)
