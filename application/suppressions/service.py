"""The use cases for suppressions: impose them on a customer, an address or a domain, and lift them."""

from dataclasses import dataclass, field
from uuid import UUID

from application.catalogue.declared import Declared
from application.customers.identities import Identities
from application.customers.whose import Whose
from application.natural_identity import of_kind, save_unless_so
from application.paths import under
from application.requests import Answer, Request
from application.store import Store, load, retried, retried_until_stored
from application.suppressions.commands import GivenScope, ImposeSuppression, LiftSuppression
from domain.catalogue.names import NameKind
from domain.customers.details import Channel
from domain.errors import InvalidInput
from domain.identifiers.errors import InvalidIdentifier
from domain.identifiers.text_forms import LONGEST, text_form
from domain.plain_text import one_of, optional_text, stated_text
from domain.ports import Ids
from domain.suppressions.errors import SuppressionNotFound
from domain.suppressions.events import SuppressionLifted, SuppressionScope
from domain.suppressions.suppression import Suppression


@dataclass(frozen=True, kw_only=True)
class Bound:
    """What a suppression applies to: the profile, and the address or domain as the client wrote it."""

    scope: SuppressionScope
    profile_id: UUID
    address: str | None = field(default=None, repr=False)


class SuppressionsService:
    """Handles the commands about suppressions. Only lifting a suppression ends it before it expires."""

    def __init__(self, *, store: Store, ids: Ids, whose: Whose, identities: Identities) -> None:
        self._store = store
        self._ids = ids
        self._whose = whose
        self._identities = identities
        self._declared = Declared(store)

    @retried_until_stored
    def impose_suppression(self, command: ImposeSuppression, request: Request) -> Answer:
        """Imposes a suppression. If nobody has the identifier or address, it applies to whoever registers it later.

        Raises CustomerNotFound, or InvalidInput with a path that begins with `scope`, `reason` or `until`.
        """
        with under("scope"):
            bound = self._bound(command.scope)
            _check_narrowing(command.scope)
        names = self._declared.of_stop()
        suppression = Suppression.impose(
            self._ids.new(),
            command.circumstances(request, names.spelled),
            profile_id=bound.profile_id,
            scope=bound.scope,
            reason_code=command.reason,
            only_channel=None if command.scope.channel is None else Channel(command.scope.channel),
            only_purpose=names.spelled(NameKind.PURPOSE, command.scope.purpose, "scope.purpose"),
            only_brand=names.spelled(NameKind.BRAND, command.scope.brand, "scope.brand"),
            until=command.until,
            address=bound.address,
            note=command.note,
        )
        body = {"suppression_id": str(suppression.id), "undeclared_names": names.undeclared}
        answer = Answer(body=body, created=True)
        return self._store.save(suppression, request=request, answer=answer)

    @retried
    def lift_suppression(self, command: LiftSuppression, request: Request) -> Answer:
        """Lifts a suppression. Lifting it again changes nothing. Raises SuppressionNotFound."""
        suppression = load(self._store, Suppression, command.suppression_id, SuppressionNotFound, request)
        suppression.lift(
            command.circumstances(request, self._declared.required), stated_text(command.reason, "reason")
        )
        return save_unless_so(
            self._store,
            suppression,
            request=request,
            answer=Answer(body={"suppression_id": str(suppression.id)}),
            made_so=of_kind(SuppressionLifted),
        )

    def address_id(self, address: str, channel: str | None = None) -> UUID:
        """Returns the profile of an address on this channel.

        Without a channel, an address with an @ is an e-mail address, and any other one is a phone number. Raises
        InvalidInput with the path `address`.
        """
        of = channel or (Channel.EMAIL if "@" in address else Channel.PHONE)
        try:
            return self._identities.address_of(of, address, drop_extension=True)[0]
        except InvalidInput as refused:
            raise type(refused)(refused.message, path="address", code=refused.code) from None

    def domain_id(self, domain: str) -> UUID:
        """Returns the domain's profile. Raises InvalidInput with the path `domain`."""
        with under("domain"):
            return self._identities.domain_of(domain)[0]

    def _bound(self, given: GivenScope) -> Bound:
        if [given.customer_id, given.identifier, given.address, given.domain].count(None) != 3:
            one_of_these = "Name exactly one of customer_id, identifier, address and domain."
            raise InvalidInput(one_of_these, code="one_of_four")
        if given.channel is not None:
            one_of(given.channel, Channel, "channel")
        if given.customer_id is not None or given.identifier is not None:
            whose = self._whose.profile_of(given.customer_id, given.identifier, must_exist=True, stops=True)
            return Bound(scope=SuppressionScope.CUSTOMER, profile_id=whose.profile_id)
        if given.address is not None:
            profile_id = self.address_id(given.address, given.channel)
            return Bound(
                scope=SuppressionScope.ADDRESS, profile_id=profile_id, address=_trimmed(given.address)
            )
        assert given.domain is not None
        profile_id = self.domain_id(given.domain)
        return Bound(scope=SuppressionScope.DOMAIN, profile_id=profile_id, address=_trimmed(given.domain))


def _check_narrowing(given: GivenScope) -> None:
    if given.domain is not None and given.channel not in (None, Channel.EMAIL):
        raise InvalidInput(
            "A domain has only e-mail addresses. Leave out the channel, or name email.",
            path="channel",
            code="contradiction",
        )
    optional_text(given.purpose, "purpose")
    optional_text(given.brand, "brand")


def _trimmed(address: str) -> str:
    """Returns the address trimmed, but in the client's spelling."""
    return text_form(address, longest=LONGEST, refusal=InvalidIdentifier)
