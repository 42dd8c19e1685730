"""Carries out many commands about customers with few statements, as an import needs it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import Protocol, TypeVar
from uuid import UUID

from application.customers.commands import GrantConsent, RegisterCustomer, WithdrawConsent
from application.customers.identities import Identities
from application.customers.service import CustomersService
from application.requests import Answer, Request
from domain.aggregates import Aggregate
from domain.customers.consents import Consents
from domain.customers.customer import Customer
from domain.customers.profile import Profile
from domain.errors import FarleyError, InvalidInput

C = TypeVar("C", RegisterCustomer, GrantConsent, WithdrawConsent)
OfProfile = tuple[type[Aggregate], UUID]
"""An aggregate of a profile: its class, and the profile's id."""
Outcome = Answer | FarleyError
"""The answer to a command, without a position, or the error that refused it."""


class Buffer(Protocol):
    """Where the facts of the commands wait. Each saving of a command has a number, from 0 after `begin`."""

    @property
    def savings(self) -> int:
        """How many savings there were."""

    def begin(
        self,
        reads: Collection[OfProfile],
        *,
        about: Collection[UUID],
        not_appended: Callable[[int], None],
    ) -> None:
        """Reads at once what the commands will read, and makes the keys of the profiles in `about`.

        `not_appended` is called with the number of each saving whose facts another process kept from being appended.
        """

    def flush(self) -> None:
        """Appends all that waits."""


class BulkCommands:
    """Two services with the same use cases: `buffered` works on the buffer, and `direct` on the log.

    A command whose facts could not be appended with those of the others is carried out again directly.
    """

    def __init__(
        self, buffer: Buffer, buffered: CustomersService, direct: CustomersService, identities: Identities
    ) -> None:
        self._buffer = buffer
        self._buffered = buffered
        self._direct = direct
        self._identities = identities

    def register_customers(self, commands: Sequence[RegisterCustomer], request: Request) -> list[Outcome]:
        return self._carried_out(CustomersService.register_customer, commands, request)

    def grant_consents(self, commands: Sequence[GrantConsent], request: Request) -> list[Outcome]:
        return self._carried_out(CustomersService.grant_consent, commands, request)

    def withdraw_consents(self, commands: Sequence[WithdrawConsent], request: Request) -> list[Outcome]:
        return self._carried_out(CustomersService.withdraw_consent, commands, request)

    def _carried_out(
        self,
        use_case: Callable[[CustomersService, C, Request], Answer],
        commands: Sequence[C],
        request: Request,
    ) -> list[Outcome]:
        reads = [list(self._reads(command)) for command in commands]
        carrying = _Carrying(
            lambda place: use_case(self._buffered, commands[place], request),
            lambda place: use_case(self._direct, commands[place], request),
        )
        self._buffer.begin(
            set(chain.from_iterable(reads)),
            about={of_command[0][1] for of_command in reads if of_command},
            not_appended=carrying.again,
        )
        return carrying.out(len(commands), self._buffer)

    def _reads(self, command: RegisterCustomer | GrantConsent | WithdrawConsent) -> Iterator[OfProfile]:
        """Yields what the command reads: first of the profile that it is about, and then of its identifiers."""
        if isinstance(command, RegisterCustomer):
            if command.customer_id is not None:
                yield Customer, command.customer_id
            for external_id in command.external_ids:
                with suppress(InvalidInput):
                    yield Profile, self._identities.number_of(external_id.source, external_id.number)[0]
            for point in command.contact_points:
                with suppress(InvalidInput):
                    yield Profile, self._identities.address_of(point.channel, point.value)[0]
            return
        if command.customer_id is not None:
            yield Consents, command.customer_id
            yield Customer, command.customer_id
        elif command.identifier is not None:
            given, stops = command.identifier, isinstance(command, WithdrawConsent)
            with suppress(InvalidInput):
                profile = self._identities.profile_of(
                    given.kind, given.value, given.source, drop_extension=stops
                )
                yield Consents, profile[0]


class _Carrying:
    """The work on the commands of one batch, by their places in it."""

    def __init__(self, buffered: Callable[[int], Answer], direct: Callable[[int], Answer]) -> None:
        self._buffered = buffered
        self._direct = direct
        self._outcomes: dict[int, Outcome] = {}
        self._again: set[int] = set()
        self._saved_by: list[int] = []
        """The place of the command of each saving."""
        self._place = 0

    def out(self, number: int, buffer: Buffer) -> list[Outcome]:
        for self._place in range(number):
            outcome = _outcome(self._buffered, self._place)
            if self._place not in self._again:
                self._outcomes[self._place] = outcome
            self._saved_by += [self._place] * (buffer.savings - len(self._saved_by))
        buffer.flush()
        return [self._outcomes[place] for place in range(number)]

    def again(self, saving: int) -> None:
        """Carries out the command of this saving directly, once."""
        place = self._saved_by[saving] if saving < len(self._saved_by) else self._place
        if place not in self._again:
            self._again.add(place)
            self._outcomes[place] = _outcome(self._direct, place)


def _outcome(carry_out: Callable[[int], Answer], place: int) -> Outcome:
    try:
        return carry_out(place)
    except FarleyError as refusal:
        return refusal
