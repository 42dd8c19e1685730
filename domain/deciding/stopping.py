"""Which facts, behind the position a decision read, make a handover ask again."""

from domain.campaigns.events import CampaignCancelled, CampaignPaused
from domain.complaints.events import ComplaintOpened, ComplaintReopened
from domain.customers.events import (
    ConsentGranted,
    ConsentWithdrawn,
    ContactPointAdded,
    ContactPointRemoved,
    IdentifierContradicted,
    IdentifierReleased,
    IdentifierShared,
    ProfileLinked,
    ProfileUnlinked,
)
from domain.messages.events import MessageHandedOver
from domain.policies.events import PolicyVersionAdopted, PolicyVersionWithdrawn
from domain.suppressions.events import SuppressionImposed

STOPPING_TOPICS = tuple(
    fact.stored_name
    for fact in (
        ComplaintOpened,
        ComplaintReopened,
        ConsentGranted,  # the newest saying wins, and a new one may have expired already
        ConsentWithdrawn,
        ContactPointAdded,  # a new owner of the address may have a complaint
        ContactPointRemoved,
        IdentifierContradicted,
        IdentifierReleased,
        IdentifierShared,
        ProfileLinked,
        ProfileUnlinked,
        SuppressionImposed,
        CampaignPaused,  # these four are found by their stream
        CampaignCancelled,
        PolicyVersionAdopted,
        PolicyVersionWithdrawn,
    )
)
"""A fact of one of these kinds about a watched profile or stream sends the message back to be decided again."""

HANDOVER_TOPIC = MessageHandedOver.stored_name
