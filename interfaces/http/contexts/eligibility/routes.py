"""Eligibility: whether a person may get a message now or at another instant, and why."""

from typing import Any

from application.eligibility.service import AskEligibility, Explained
from application.requests import Answer
from domain.campaigns.errors import CampaignNotFound
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.eligibility.schemas import AskEligibilityIn, EligibilityOut
from interfaces.http.current import services
from interfaces.http.keeping import with_receipt
from interfaces.http.paused import paused_fields, reads
from interfaces.http.people import named_so, person_named
from projections.campaigns.reading import campaign
from projections.decision_facts.reading import OF_CUSTOMERS, explained_from

eligibility = Routes("eligibility", "Whether somebody may be written to, rule by rule.")


@eligibility.command("/api/eligibility", AskEligibilityIn, EligibilityOut)
@action("eligibility:read")
@reads(
    *explained_from(of_campaign=False),
    given={"campaign_id": explained_from(of_campaign=True)},
    past={"customer_id": OF_CUSTOMERS},
)
def ask_eligibility(body: Body) -> Answer:
    """Decides as a run would, and returns every rule in order with the facts it rests on.

    For a past instant, only facts that the log had by then count, or facts up to a given position; whose id this is
    follows from the links of today. For a future instant, today's facts count, and the policy that is planned for it.
    """
    known_to = body.pop("known_to_position", None)
    asked_for, campaign_id = body.pop("customer_id"), body.get("campaign_id")
    now = services().clock.now()
    of_today = known_to is None and body.get("at", now) >= now
    with services().reading.snapshot() as connection:
        person = person_named(connection, asked_for)
        if campaign_id is not None and of_today and campaign(connection, campaign_id, now) is None:
            raise CampaignNotFound()
    ask = AskEligibility(
        customer_id=person.person_id, known_to=None if known_to is None else int(known_to), **body
    )
    explained = services().eligibility.explain(ask)
    shown: dict[str, Any] = EligibilityOut().dump({**_parts(explained), **named_so(person, asked_for)})
    return with_receipt(Answer(body={**shown, **paused_fields()}, position=explained.known_to_position))


def _parts(explained: Explained) -> dict[str, Any]:
    """Returns the parts of a decision that the answer shows; they leave out the contact point."""
    decided = {
        name: getattr(explained.decision, name)
        for name in ("verdict", "rules", "policy_version", "rules_version")
    }
    context = {name: getattr(explained, name) for name in ("eligible_from", "at", "known_to_position")}
    return {**decided, **context}
