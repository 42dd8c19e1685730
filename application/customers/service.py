"""The use cases for customers: their details, contact points, external ids, links and consents."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from application.customers.commands import (
    AddContactPoint,
    AddExternalId,
    CorrectCustomerDetails,
    LinkProfile,
    RegisterCustomer,
    RemoveContactPoint,
    UnlinkProfile,
)
from application.customers.consent_commands import ConsentCommands
from application.customers.identifier_holders import IdentifierHolders
from application.customers.identities import Identities
from application.customers.persons import Persons
from application.customers.profile_links import ProfileLinks
from application.customers.reaching import Reaching
from application.customers.whose import Whose
from application.natural_identity import as_duplicate, has_content, stated_content
from application.requests import Answer, Request
from application.statements import Statement
from application.store import Store, load, retried
from domain.catalogue.attribute_types import AttributeScope
from domain.customers.customer import Customer
from domain.customers.details import latest_birth, spelled
from domain.customers.errors import CustomerNotFound, RegistrationForgotten
from domain.customers.events import LinkBasis
from domain.errors import Conflict, DifferentContent
from domain.facts import Circumstances, Fact
from domain.ports import Ids

DETAILS = ("name", "language", "country", "time_zone", "birth_date")
CORRECTED_BY_PATCH = (
    "This customer was registered before with other content. Correct details by PATCH /api/customers/{id}."
)
SETTLINGS = 10
"""How often links are settled again while concurrent commands change them."""


class CustomersService(ConsentCommands):
    """Handles the commands about customers.

    A command that changes who holds an identifier also saves the links that follow from it.
    """

    def __init__(
        self, *, store: Store, ids: Ids, links: ProfileLinks, identities: Identities, whose: Whose
    ) -> None:
        super().__init__(store=store, whose=whose, persons=Persons(store, links))
        self._ids = ids
        self._links = links
        self._identities = identities

    @retried
    def register_customer(self, command: RegisterCustomer, request: Request) -> Answer:
        """Registers a customer. The same `customer_id` with the same content is a duplicate.

        The answer `may_be_double` if another customer holds one of the external ids. Raises DifferentContent if the id
        is registered with other content, and RegistrationForgotten if the earlier content can no longer be read,
        because the person was forgotten.
        """
        circumstances = self._circumstances(command, request)
        customer = self._new_customer(command, circumstances, request)
        reaching = Reaching(customer, self._identities, circumstances)
        reaching.add_all(command)
        if command.customer_id is not None and self._is_registered(customer, dated=command.dated):
            body = {"customer_id": str(customer.id), "duplicate": True}
            return self._store.save(request=request, answer=Answer(body=body, duplicate=True))
        holders = IdentifierHolders(self._store, self._links, circumstances)
        if command.customer_id is None:
            holders.begin(customer.id)
        saved = self._save_held(reaching, holders, request, _answer(customer, created=True))
        return replace(saved, may_be_double=True) if holders.are_shared(customer.external_ids) else saved

    @retried
    def correct_customer_details(self, command: CorrectCustomerDetails, request: Request) -> Answer:
        """Corrects only the named details. A detail that already has the value does not change.

        If `customer_id` was merged into another profile, the canonical profile is corrected, which a query for that
        id shows as well. The body then contains the id as `asked_for`.
        """
        customer = self._persons.shown(command.customer_id, request)
        details = self._details(command.details, command.attributes, request)
        customer.correct_details(self._circumstances(command, request), **details)
        answer = _answer(customer, asked_for=command.customer_id)
        return self._store.save(customer, request=request, answer=answer)

    @retried
    def add_contact_point(self, command: AddContactPoint, request: Request) -> Answer:
        """Adds a contact point. Body: `contact_point_id`, the existing one if the customer has it already."""
        customer = self._load(command.customer_id, request)
        before = customer.version
        reaching = self._reaching(customer, command, request)
        contact_point_id = reaching.add_contact_point(command.contact_point)
        answer = _answer(customer, created=customer.version > before, contact_point_id=contact_point_id)
        return self._save_held(reaching, self._holders(command, request), request, answer)

    @retried
    def remove_contact_point(self, command: RemoveContactPoint, request: Request) -> Answer:
        """Removes a contact point. Removing it again changes nothing.

        The body names the profile that had it. The answer has no version if that is not the named profile. Raises
        ContactPointNotFound if the person never had it.
        """
        customer = self._persons.owner(command.customer_id, command.contact_point_id)
        circumstances = self._circumstances(command, request)
        point = customer.remove_contact_point(command.contact_point_id, circumstances)
        holders = self._holders(command, request)
        if not customer.holds(point.address_id):
            holders.remove(customer.id, point.address_id)
        answer = _answer(customer)
        if customer.id != command.customer_id:
            answer = replace(answer, version=None)
        return self._save(customer, holders, request, answer)

    @retried
    def add_external_id(self, command: AddExternalId, request: Request) -> Answer:
        """Adds an external id. Body: `profile_id`, the id of the number's profile."""
        customer = self._load(command.customer_id, request)
        before = customer.version
        reaching = self._reaching(customer, command, request)
        profile_id = reaching.add_external_id(command.external_id)
        answer = _answer(customer, created=customer.version > before, profile_id=profile_id)
        return self._save_held(reaching, self._holders(command, request), request, answer)

    @retried
    def link_profile(self, command: LinkProfile, request: Request) -> Answer:
        """Links a profile to a customer. The profile needs a fact, but does not have to be registered.

        A link that somebody asked for before is a duplicate.
        """
        self._whose.require_customer(command.customer_id)
        if not self._links.has_facts(command.profile_id):
            raise CustomerNotFound("No fact is about this profile.")
        holders = self._holders(command, request)
        answer = _link_answer(command, created=True)
        if not holders.link(command.profile_id, command.customer_id):
            answer = as_duplicate(answer, self._position_of_link(command))
        return self._save(None, holders, request, answer)

    @retried
    def unlink_profile(self, command: UnlinkProfile, request: Request) -> Answer:
        """Ends the link between these two profiles.

        Raises LinkNotFound if they have no direct link. They may still be linked over other profiles.
        If a stated link ends and the customer holds the profile's identifier, the identifier makes a link again at
        once, by the rule of `Profile.settle`.
        """
        self._whose.require_customer(command.customer_id)
        holders = self._holders(command, request)
        holders.unlink(command.profile_id, command.customer_id)
        return self._save(None, holders, request, _link_answer(command))

    # Small questions

    def _circumstances(self, command: Statement, request: Request) -> Circumstances:
        return command.circumstances(request, self._declared.required)

    def _new_customer(
        self, command: RegisterCustomer, circumstances: Circumstances, request: Request
    ) -> Customer:
        given = {name: getattr(command, name) for name in DETAILS if getattr(command, name) is not None}
        return Customer.register(
            command.customer_id or self._ids.new(),
            circumstances,
            kind=command.kind,
            **self._details(given, command.attributes, request),
        )

    def _details(
        self, details: Mapping[str, Any], attributes: Mapping[str, Any], request: Request
    ) -> dict[str, Any]:
        split = self._declared.split(AttributeScope.CUSTOMER, attributes, "attributes")
        return {
            "details": spelled(details, latest_birth(request.received_at)),
            "attributes": split.plain,
            "personal_attributes": split.personal,
        }

    def _is_registered(self, customer: Customer, *, dated: bool) -> bool:
        """Whether this registration is recorded already.

        Raises DifferentContent if another one is, and RegistrationForgotten if it cannot be compared.
        """
        known = self._store.find(Customer, customer.id)
        if known is None:
            return False
        registered, unreadable = self._store.fact_and_unreadable_fields(
            Customer, known.id, Customer.INITIAL_VERSION
        )
        if known.registered_identifiers_forgotten or unreadable:
            raise RegistrationForgotten()
        content = stated_content(cast(Fact, customer.pending_events[0]), dated)
        if not has_content(registered, content) or known.registered_with != customer.registered_with:
            position = self._store.position_of(Customer, known.id, Customer.INITIAL_VERSION)
            raise DifferentContent(CORRECTED_BY_PATCH, position=str(position))
        return True

    def _load(self, customer_id: UUID, request: Request) -> Customer:
        return load(self._store, Customer, customer_id, CustomerNotFound, request)

    def _reaching(self, customer: Customer, command: Statement, request: Request) -> Reaching:
        return Reaching(customer, self._identities, self._circumstances(command, request))

    def _holders(self, command: Statement, request: Request) -> IdentifierHolders:
        return IdentifierHolders(self._store, self._links, self._circumstances(command, request))

    def _position_of_link(self, command: LinkProfile) -> int:
        """Returns the position of the link. Raises Conflict if another command has ended it meanwhile."""
        pair = {command.customer_id, command.profile_id}
        for link in self._links.around(pair):
            if {link.profile_id, link.other_id} == pair and link.basis is LinkBasis.STATED:
                return link.position
        raise Conflict()

    def _save_held(
        self, reaching: Reaching, holders: IdentifierHolders, request: Request, answer: Answer
    ) -> Answer:
        holders.open(profile_id for profile_id, _ in reaching.held)
        for profile_id, identifier in reaching.held:
            holders.add(reaching.customer, profile_id, identifier)
        return self._save(reaching.customer, holders, request, answer)

    def _save(
        self, customer: Customer | None, holders: IdentifierHolders, request: Request, answer: Answer
    ) -> Answer:
        changed = (*([customer] if customer else []), *holders.changed)
        saved = self._store.save(*changed, request=request, answer=answer)
        if holders.settled_around:
            self._settle_again(holders, request)
        return saved

    def _settle_again(self, done: IdentifierHolders, request: Request) -> None:
        """Settles links again, because concurrent commands may have changed them. The last to save sees them all."""
        unkeyed = replace(request, idempotency_key=None)
        for _ in range(SETTLINGS):
            holders = IdentifierHolders(self._store, self._links, done.circumstances)
            holders.settle_around(sorted(done.settled_around))
            if not holders.changed:
                return
            with suppress(Conflict):
                self._store.save(*holders.changed, request=unkeyed, answer=Answer())


def _answer(
    customer: Customer, *, created: bool = False, asked_for: UUID | None = None, **ids: UUID
) -> Answer:
    if asked_for not in (None, customer.id):
        ids["asked_for"] = asked_for
    named = {name: str(value) for name, value in {"customer_id": customer.id, **ids}.items()}
    return Answer(body=named, version=customer.version, created=created)


def _link_answer(command: LinkProfile | UnlinkProfile, *, created: bool = False) -> Answer:
    body = {"customer_id": str(command.customer_id), "profile_id": str(command.profile_id)}
    return Answer(body=body, created=created)
