"""What customers allow and forbid."""

from typing import ClassVar

from interfaces.http.schemas.base import BodyIn
from interfaces.http.schemas.common import CustomerStatementIn, StatementIn
from interfaces.http.schemas.customers import CHANNELS
from interfaces.http.schemas.fields import Id, Instant, Part, Prose, Text, Word


class EvidenceIn(BodyIn):
    """Where and in which words consent was given."""

    source = Text(required=True)
    text = Prose()


class _Consent:
    channel = Word(CHANNELS)
    contact_point_id = Id()
    purpose = Text(required=True)
    topic = Text()
    evidence = Part(EvidenceIn, required=True)
    expires_at = Instant()
    rules: ClassVar = {"anyOf": [{"required": ["channel"]}, {"required": ["contact_point_id"]}]}


class _Withdrawal:
    channel = Word(CHANNELS)
    contact_point_id = Id()
    purpose = Text()
    topic = Text()
    reason = Prose()


class GrantConsentIn(_Consent, StatementIn):
    """A purpose is allowed, on a channel or at one contact point; without a topic for every one."""


class WithdrawConsentIn(_Withdrawal, StatementIn):
    """What is forbidden; what is left out means all."""


class GrantConsentOfIn(_Consent, CustomerStatementIn):
    """A consent of whom `customer_id` or `identifier` names."""


class WithdrawConsentOfIn(_Withdrawal, CustomerStatementIn):
    """A withdrawal of whom `customer_id` or `identifier` names, also of somebody never registered."""
