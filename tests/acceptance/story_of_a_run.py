"""One run, and what happens to its people meanwhile. The same seed tells the same story in any world."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from application.customers.whose import GivenIdentifier
from domain.customers.errors import LinkNotFound
from domain.customers.events import ContactPointAdded
from tests.acceptance.told_of_a_run import RunChecked, Told
from tests.any_world import AnyWorld
from tests.projections.log import Recorded

MEMBERS = 5
LINKED_AT_FIRST = 0.4
"""How often two members are one person when the run starts."""
DOMAINS = ("a.example", "b.example")
Happening = tuple[float, str, Callable[[], object]]
"""How often it happens beside the others, its name, and what it does."""


@dataclass(kw_only=True)
class StoryOfARun:
    """Five members, two of whom share an address from the beginning, and an outsider who has complained."""

    world: AnyWorld
    seed: int
    chance: Random
    steps: list[str] = field(default_factory=list)
    names: dict[UUID, str] = field(default_factory=dict)
    members: list[UUID] = field(default_factory=list)
    linked: list[tuple[UUID, UUID]] = field(default_factory=list)
    cancelled: bool = False
    began: int = field(init=False)
    outsider: UUID = field(init=False)
    campaign: UUID = field(init=False)
    run: UUID = field(init=False)

    def begin(self) -> None:
        """Registers the people and starts the run. Some have two addresses, and one in ten allows no mail."""
        self.began = self.world.head()
        for number in range(MEMBERS):
            self.members.append(self._registered(f"member {number}", self._address(max(number, 1))))
            if self.chance.random() < 0.3:
                self.world.add_address(self.members[-1], self._address(number + MEMBERS))
        self.outsider = self._registered("the outsider", self._address("outsider"), of_the_run=False)
        self.world.complain(self.outsider)
        if self.chance.random() < LINKED_AT_FIRST:
            self.say(f"a link: {self.link()}")
        self.world.fold()
        audience = {"field": "attributes.seed", "op": "eq", "value": self.seed}
        self.campaign = self.world.campaign(audience=audience)
        self.run = self.world.start(self.campaign)
        self.say("the run is started")

    def happenings(self) -> Sequence[Happening]:
        """What may happen to the people and the campaign at any moment."""
        return (
            (0.7, "a complaint", self.complain),
            (0.3, "a complaint under an address", self.complain_by_address),
            (0.5, "a withdrawal", self.withdraw),
            (1, "a consent", self.consent),
            (0.3, "a suppression", self.suppress),
            (0.1, "a blocked domain", self.block_domain),
            (0.5, "a link with the outsider", self.link_with_the_outsider),
            (2, "a link", self.link),
            (3, "an unlinking", self.unlink),
            (2, "an address", self.share_address),
            (1, "a pause", self.pause),
            (3, "a resumption", self.resume),
            (0.1, "a cancellation", self.cancel),
        )

    def complain(self) -> str:
        person = self._somebody()
        self.world.complain(person)
        return self.names[person]

    def complain_by_address(self) -> str:
        address = self._some_address()
        self.world.complain(identifier=GivenIdentifier(kind="email", value=address))
        return address

    def withdraw(self) -> str:
        person = self._somebody()
        self.world.withdraw(person)
        return self.names[person]

    def consent(self) -> str:
        person = self._somebody()
        self.world.consent(person)
        return self.names[person]

    def suppress(self) -> str:
        person = self._somebody()
        self.world.suppress("OPERATOR_EXCLUDED", customer_id=person)
        return self.names[person]

    def block_domain(self) -> str:
        domain = f"s{self.seed}.{self.chance.choice(DOMAINS)}"
        self.world.suppress("DOMAIN_BLOCKED", domain=domain)
        return domain

    def link_with_the_outsider(self) -> str:
        return self._link(self._somebody(), self.outsider)

    def link(self) -> str:
        one, other = self.chance.sample(self.members, 2)
        return self._link(one, other)

    def unlink(self) -> str:
        if not self.linked:
            return "of nobody"
        one, other = self.linked.pop(self.chance.randrange(len(self.linked)))
        with suppress(LinkNotFound):
            self.world.unlink(one, other)
        return f"{self.names[one]} - {self.names[other]}"

    def share_address(self) -> str:
        """Somebody gets an address that perhaps another member has."""
        person, address = self._somebody(), self._some_address()
        self.world.add_address(person, address)
        return f"{self.names[person]}: {address}"

    def pause(self) -> None:
        if not self.cancelled:
            self.world.pause(self.campaign)

    def resume(self) -> None:
        if not self.cancelled:
            self.world.resume(self.campaign)

    def cancel(self) -> None:
        self.cancelled = True
        self.world.cancel(self.campaign)

    def say(self, what: str) -> None:
        """Notes a step for whoever reads a failure."""
        self.steps.append(f"{self.world.head():>5}  {what}")

    def check(self, unheld: Sequence[int], accepted: Counter[str]) -> None:
        """Asserts what must hold of the run, from the log and from what the next hop accepted."""
        log = self.world.facts(self.began)
        told = Told(campaign=self.campaign, run=self.run)
        RunChecked(log=log, unheld=unheld, accepted=_by_address_id(log, accepted), told=told).check()

    def _registered(self, name: str, address: str, *, of_the_run: bool = True) -> UUID:
        attributes = {"seed": self.seed} if of_the_run else {}
        consent = of_the_run and self.chance.random() < 0.9
        person = self.world.customer(address, consent=consent, attributes=attributes)
        self.names[person] = name
        self.steps.append(f"       {name} is {person} at {address}{'' if consent else ', without consent'}")
        return person

    def _link(self, one: UUID, other: UUID) -> str:
        self.world.link(one, other)
        self.linked.append((one, other))
        return f"{self.names[one]} - {self.names[other]}"

    def _somebody(self) -> UUID:
        return self.chance.choice(self.members)

    def _some_address(self) -> str:
        return self._address(self.chance.randint(1, MEMBERS + 1))

    def _address(self, number: object) -> str:
        domain = DOMAINS[number % 2] if isinstance(number, int) else DOMAINS[0]
        return f"p{number}@s{self.seed}.{domain}"


def _by_address_id(log: Sequence[Recorded], accepted: Counter[str]) -> Counter[UUID]:
    ids = {one.fact.value: one.fact.address_id for one in log if isinstance(one.fact, ContactPointAdded)}
    return Counter({ids[address]: times for address, times in accepted.items() if address in ids})
