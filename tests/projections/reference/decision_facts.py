"""What is known about one person when a message to them is decided, in plain Python over all facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any
from uuid import UUID

from domain.deciding.facts import (
    ConsentStatement,
    ContactPoint,
    DecisionFacts,
    EarlierDraw,
    EarlierHandover,
    Person,
    StoppingComplaint,
    StoppingSuppression,
    UnlinkedIdentifier,
)
from domain.deciding.links import Link
from tests.projections.log import Recorded
from tests.projections.reference.campaigns import campaigns
from tests.projections.reference.consent import consent
from tests.projections.reference.customers import customers
from tests.projections.reference.identity import identity
from tests.projections.reference.suppression import suppression

Row = Mapping[str, Any]

CONTACTED = ("sent", "unknown")


@dataclass(frozen=True, kw_only=True)
class Gathering:
    """Looks everything up anew for each person, row by row."""

    log: Sequence[Recorded]
    campaign: UUID | None
    run: UUID | None

    def facts_of(self, profile: UUID) -> DecisionFacts:
        person = self.person(self.canonical(profile))
        addresses = {point.address_id for point in person.contact_points}
        return DecisionFacts(
            person=person,
            co_owners={address: self.co_owners(address, person.person_id) for address in addresses},
            earlier=tuple(self.earlier(profile, person, addresses)),
            domains=self.domains(person),
            cancelled=self.cancelled,
        )

    def person(self, person_id: UUID) -> Person:
        profiles = tuple(sorted(self.profiles(person_id)))
        return Person(
            person_id=person_id,
            profiles=profiles,
            links=tuple(
                Link(profile_id=row["profile_id"], other_id=row["other_profile_id"], position=row["position"])
                for row in self.tables["link"]
                if row["profile_id"] in profiles
            ),
            time_zone=self.time_zone(person_id, profiles),
            contact_points=tuple(p for p in self.contact_points if p.customer_id in profiles),
            consents=tuple(said for said in self.consents if said.customer_id in profiles),
            complaints=tuple(one for one in self.complaints if one.customer_id in profiles),
            suppressions=tuple(one for one in self.suppressions if one.customer_id in profiles),
            oldest_profile=self.oldest(profiles),
            earlier_draws=tuple(self.earlier_draws(profiles)),
            unlinked_identifiers=tuple(
                self.holding(one, profiles) for one in sorted(self.ever_held(profiles) - set(profiles))
            ),
        )

    def ever_held(self, profiles: Sequence[UUID]) -> set[UUID]:
        """What stands for the addresses and numbers that the person ever had."""
        addresses = {r["address_id"] for r in self.tables["contact_point"] if r["customer_id"] in profiles}
        numbers = {r["profile_id"] for r in self.tables["external_id"] if r["customer_id"] in profiles}
        return addresses | numbers

    def holding(self, identifier: UUID, profiles: Sequence[UUID]) -> UnlinkedIdentifier:
        """From the first position on, with what was said before the last of them gave it up."""
        points = [row for row in self.tables["contact_point"] if row["address_id"] == identifier]
        ours = [row for row in points if row["customer_id"] in profiles]
        numbers = [
            row
            for row in self.tables["external_id"]
            if row["profile_id"] == identifier and row["customer_id"] in profiles
        ]
        begins = [row["added_position"] for row in ours] + [row["position"] for row in numbers]
        ends = [row["removed_position"] for row in ours] + [None for _ in numbers]
        end = float("inf") if None in ends else max(ends)
        opened = {
            r["complaint_id"]: r["opened_position"] or r["position"] for r in self.tables["complaint_stop"]
        }
        return UnlinkedIdentifier(
            profile_id=identifier,
            position=min(begins),
            consents=tuple(s for s in self.consents if s.customer_id == identifier and s.position < end),
            complaints=tuple(
                c for c in self.complaints if c.customer_id == identifier and opened[c.complaint_id] < end
            ),
            suppressions=tuple(
                s for s in self.suppressions if s.customer_id == identifier and s.position < end
            ),
        )

    def canonical(self, profile: UUID) -> UUID:
        return next((head for one, head in self.heads if one == profile), profile)

    def profiles(self, person_id: UUID) -> set[UUID]:
        return {person_id} | {profile for profile, head in self.heads if head == person_id}

    def time_zone(self, person_id: UUID, profiles: Sequence[UUID]) -> str | None:
        """The canonical profile's, else that of the profile with the lowest id that told one."""
        told = {row["customer_id"]: row["time_zone"] for row in self.tables["customer"] if row["time_zone"]}
        return next((told[profile] for profile in (person_id, *profiles) if profile in told), None)

    def oldest(self, profiles: Sequence[UUID]) -> UUID | None:
        """Of whom the log says something before all others; None where it says nothing of any."""
        known = {row["profile_id"]: row["first_position"] for row in self.tables["profile"]}
        return min((one for one in profiles if one in known), key=known.__getitem__, default=None)

    def earlier_draws(self, profiles: Sequence[UUID]) -> list[EarlierDraw]:
        """What was drawn for the campaign's hold-out, of whoever drew."""
        campaign_of = {row["run_id"]: row["campaign_id"] for row in self.tables["run"]}
        return [
            EarlierDraw(unit=row["unit"], held_out=row["verdict"] == "held_out", position=row["position"])
            for row in self.tables["run_decision"]
            if row["member_id"] in profiles and row["unit"] is not None
            if self.campaign is not None and campaign_of[row["run_id"]] == self.campaign
        ]

    def domains(self, person: Person) -> dict[UUID, tuple[StoppingSuppression, ...]]:
        """What stops the domains that the person has an address at; nothing of the others."""
        own = {domain for point in person.contact_points for domain in point.domain_ids}
        return {
            domain: tuple(one for one in self.suppressions if one.customer_id == domain)
            for domain in {one.customer_id for one in self.suppressions} & own
        }

    @property
    def cancelled(self) -> int | None:
        cancellations = self.tables["campaign_cancellation"]
        return next((row["position"] for row in cancellations if row["campaign_id"] == self.campaign), None)

    def co_owners(self, address: UUID, person_id: UUID) -> tuple[Person, ...]:
        """Everyone else who has the address, and whom it stands for."""
        holders = {row["customer_id"] for row in self.held if row["address_id"] == address} | {address}
        others = {self.canonical(holder) for holder in holders} - {person_id}
        return tuple(self.person(other) for other in others)

    def earlier(self, asked: UUID, person: Person, addresses: set[UUID]) -> list[EarlierHandover]:
        found = []
        for row in self.tables["message"]:
            contacted = row["handed_over"] or row["outcome"] in CONTACTED
            asked_about = self.campaign == row["campaign_id"] and contacted
            this_run = self.run == row["run_id"]
            own = this_run and row["member_id"] == asked
            profiles = {row["member_id"], row["customer_id"]}
            to_person = bool(profiles & set(person.profiles)) and not own
            there = row["address_id"] in addresses and not this_run
            if asked_about and (to_person or there):
                handover = EarlierHandover(
                    address_id=row["address_id"], to_person=to_person, position=row["position"]
                )
                found.append(handover)
        return found

    @cached_property
    def tables(self) -> dict[str, list[Any]]:
        return {
            name: list(rows)
            for reference in (identity, customers, consent, suppression, campaigns)
            for name, rows in reference(self.log).items()
        }

    @cached_property
    def heads(self) -> list[tuple[UUID, UUID]]:
        """Linked profiles with the canonical one of their person."""
        mapped = [(row["profile_id"], row["person_id"]) for row in self.tables["person_profile"]]
        return mapped + [(row["profile_id"], row["person_id"]) for row in self.tables["alias"]]

    @cached_property
    def held(self) -> list[Row]:
        return [row for row in self.tables["contact_point"] if row["removed_position"] is None]

    @property
    def contact_points(self) -> list[ContactPoint]:
        copied = (
            "contact_point_id",
            "customer_id",
            "channel",
            "address_id",
            "label",
            "domain_ids",
            "mailability",
        )
        return [
            ContactPoint(**{name: row[name] for name in copied}, position=row["added_position"])
            for row in self.held
        ]

    @property
    def consents(self) -> list[ConsentStatement]:
        at = {
            (row["customer_id"], row["contact_point_id"]): row["address_id"]
            for row in self.tables["contact_point"]
        }
        decided_by = {field.name for field in fields(ConsentStatement)}
        return [
            ConsentStatement(
                **{name: value for name, value in row.items() if name in decided_by},
                address_id=at.get((row["customer_id"], row["contact_point_id"])),
            )
            for row in self.tables["consent_statement"]
        ]

    @property
    def suppressions(self) -> list[StoppingSuppression]:
        """Those that were not lifted, however long ago they expired."""
        copied = ("customer_id", "reason_code", "scope", "imposed_at", "until", "position")
        return [
            StoppingSuppression(
                channel=row["only_channel"],
                purpose_folded=row["only_purpose_folded"],
                brand_folded=row["only_brand_folded"],
                **{name: row[name] for name in copied},
            )
            for row in self.tables["imposed_suppression"]
            if row["lifted_at"] is None
        ]

    @property
    def complaints(self) -> list[StoppingComplaint]:
        left_out = ("brand", "opened_at", "opened_position")
        return [
            StoppingComplaint(**{name: value for name, value in row.items() if name not in left_out})
            for row in self.tables["complaint_stop"]
        ]
