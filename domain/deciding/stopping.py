"""The stopping facts: those that, after a decision was made, send a message back to be decided again."""

from domain.campaigns.events import CampaignCancelled, CampaignPaused
from domain.complaints.events import ComplaintOpened, ComplaintReopened
from domain.customers.events import (
    ConsentGranted,
    ConsentWithdrawn,
    ContactPointAdded,
    ContactPointRemoved,
    IdentifierHolderAdded,
    IdentifierHolderRemoved,
    ProfileLinked,
    ProfileUnlinked,
)
from domain.messages.events import MessageHandedOver
from domain.policies.events import PolicyVersionAdopted, PolicyVersionWithdrawn
from domain.suppressions.events import SuppressionImposed

STOPPING_NAMES = tuple(
    fact.stored_name
    for fact in (
        ComplaintOpened,
        ComplaintReopened,
        ConsentGranted,  # the newest statement wins, and a new one may have expired already
        ConsentWithdrawn,
        ContactPointAdded,  # a new owner of the address may have a complaint
        ContactPointRemoved,
        IdentifierHolderRemoved,
        IdentifierHolderAdded,
        ProfileLinked,
        ProfileUnlinked,
        SuppressionImposed,
        CampaignPaused,  # the handover finds these four by their stream
        CampaignCancelled,
        PolicyVersionAdopted,
        PolicyVersionWithdrawn,
    )
)
"""Stored names of the stopping facts. They count if they concern a watched profile or stream."""

HANDOVER_NAME = MessageHandedOver.stored_name
