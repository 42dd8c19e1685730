"""Schemas of consents and withdrawals."""

from typing import ClassVar

from domain.customers.details import Channel
from interfaces.http.contexts.customers.schemas import CustomerStoredOut
from interfaces.http.schemas.base import BodyIn
from interfaces.http.schemas.common import CustomerStatementIn, StatementIn, StopStoredOut
from interfaces.http.schemas.fields import Id, Instant, Part, Prose, Text, Word


class EvidenceIn(BodyIn):
    """Evidence: where and in which words consent was given."""

    source = Text(required=True)
    text = Prose()


class _Consent:
    channel = Word(list(Channel))
    contact_point_id = Id()
    purpose = Text(required=True)
    topic = Text()
    evidence = Part(EvidenceIn, required=True)
    expires_at = Instant()
    rules: ClassVar = {"anyOf": [{"required": ["channel"]}, {"required": ["contact_point_id"]}]}


class _Withdrawal:
    channel = Word(list(Channel))
    contact_point_id = Id()
    purpose = Text()
    topic = Text()
    reason = Prose()


class GrantConsentIn(_Consent, StatementIn):
    """Consent to a purpose on a channel or at one contact point. Without a topic, it covers all topics."""


class WithdrawConsentIn(_Withdrawal, StatementIn):
    """A withdrawal of consent. An omitted field means all."""


class GrantConsentOfIn(_Consent, CustomerStatementIn):
    """Consent of the customer that `customer_id` or `identifier` names."""


class WithdrawConsentOfIn(_Withdrawal, CustomerStatementIn):
    """A withdrawal by the customer that `customer_id` or `identifier` names, registered or not."""


class ConsentWithdrawnOut(CustomerStoredOut, StopStoredOut):
    """The customer of the withdrawal, and its names that are not declared."""
