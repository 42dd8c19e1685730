"""Grants and withdraws consent for a customer, or for an identifier's profile."""

from uuid import UUID

from application.catalogue.declared import Declared
from application.customers.commands import GrantConsent, WithdrawConsent
from application.customers.consents_of import consents_of, consents_to_stop
from application.customers.persons import Persons
from application.customers.whose import Whose, WhoseProfile
from application.requests import Answer, Request
from application.statements import whose_body
from application.store import Store, StreamUnreadable, retried, retried_until_stored
from domain.catalogue.names import NameKind
from domain.customers.customer import Customer
from domain.customers.errors import ContactPointNotFound, CustomerNotFound
from domain.errors import InvalidInput
from domain.gathering import every


class ConsentCommands:
    """The part of `CustomersService` about consent. A customer does not have to be registered to opt out.

    A statement about a contact point is stored on the person's profile that has the contact point.
    """

    def __init__(self, *, store: Store, whose: Whose, persons: Persons) -> None:
        self._store = store
        self._whose = whose
        self._persons = persons
        self._declared = Declared(store)

    @retried
    def grant_consent(self, command: GrantConsent, request: Request) -> Answer:
        """Grants consent on a channel, or at a contact point, whose channel is then recorded.

        Raises UndeclaredName.
        """
        customer, channel = self._meant(command)
        if channel is None:
            raise InvalidInput("Name a channel or a contact point.", path="channel", code="missing")
        consents = consents_of(self._store, customer.profile_id)
        circumstances, purpose, topic = every(
            lambda: command.circumstances(request, self._declared.required),
            lambda: self._declared.required(NameKind.PURPOSE, command.purpose, "purpose"),
            lambda: self._declared.required(NameKind.TOPIC, command.topic, "topic"),
        )
        consents.grant(
            circumstances,
            purpose=purpose,
            channel=channel,
            contact_point_id=command.contact_point_id,
            topic=topic,
            expires_at=command.expires_at,
            evidence=command.evidence,
        )
        return self._store.save(consents, request=request, answer=Answer(body=whose_body(customer)))

    @retried_until_stored
    def withdraw_consent(self, command: WithdrawConsent, request: Request) -> Answer:
        """Withdraws consent. A name that is not declared is stored as the client wrote it.

        The body lists such names as `undeclared_names`.
        """
        customer, channel = self._meant(command)
        names = self._declared.of_stop()
        circumstances = command.circumstances(request, names.spelled)
        purpose = names.spelled(NameKind.PURPOSE, command.purpose, "purpose")
        topic = names.spelled(NameKind.TOPIC, command.topic, "topic")
        consents = consents_to_stop(self._store, customer.profile_id)
        consents.withdraw(
            circumstances,
            purpose=purpose,
            channel=channel,
            contact_point_id=command.contact_point_id,
            topic=topic,
            reason=command.reason,
        )
        body = {**whose_body(customer), "undeclared_names": names.undeclared}
        return self._store.save(consents, request=request, answer=Answer(body=body))

    def _meant(self, command: GrantConsent | WithdrawConsent) -> tuple[WhoseProfile, str | None]:
        """Returns the profile that the statement is about, and its channel.

        If a contact point is named, these are the profile that has it and its channel. If the owner of the contact
        point cannot be read, a withdrawal is about the named customer.
        """
        customer = self._whose.profile_of(
            command.customer_id,
            command.identifier,
            must_exist=True,
            stops=isinstance(command, WithdrawConsent),
        )
        if command.contact_point_id is None:
            return customer, command.channel
        try:
            owner = self._owner(customer.profile_id, command.contact_point_id)
        except StreamUnreadable:
            if isinstance(command, GrantConsent):
                raise
            return customer, command.channel
        point = owner.contact_point(command.contact_point_id)
        if point.removed and isinstance(command, GrantConsent):
            raise ContactPointNotFound("The contact point was removed from the customer.")
        if command.channel not in (None, point.channel):
            raise InvalidInput("The contact point has another channel.", path="channel", code="contradiction")
        return WhoseProfile(profile_id=owner.id, known=True), point.channel

    def _owner(self, profile_id: UUID, contact_point_id: UUID) -> Customer:
        try:
            return self._persons.owner(profile_id, contact_point_id)
        except CustomerNotFound:
            raise ContactPointNotFound() from None
