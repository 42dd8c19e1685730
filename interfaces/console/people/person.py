"""A person as their page shows them, from the answers of the API."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from babel import Locale

from domain.complaints.events import ComplaintStatus
from domain.customers.mailability import Mailability
from interfaces.console.actors import name_of
from interfaces.console.complaints.happened import waiting_text
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.paths import path_of_complaint, path_of_person, path_of_why

Answer = Mapping[str, Any]
Details = Sequence[tuple[str | None, str]]


@dataclass(frozen=True, kw_only=True)
class ShownComplaint:
    """An open complaint: what it is about, in a sentence, and where it is answered."""

    title: str
    text: str
    href: str
    position: int


@dataclass(frozen=True, kw_only=True)
class MayWrite:
    """Whether a message of a kind may be sent, and why not. `why`: the path of the page that explains it."""

    may: bool
    what: str
    reasons: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a person allowed or forbade, with the evidence."""

    may: bool
    what: str
    reasons: str
    position: int


@dataclass(frozen=True, kw_only=True)
class Reached:
    """A way to reach the person. `states`: what is wrong with it, in words."""

    id: UUID
    icon: str
    value: str
    text: str
    states: Sequence[str] = ()


@dataclass(frozen=True)
class Person:
    """The parts of a person's page. `known`: the 360; `complaints`: the newest open ones; `statements`: the newest
    consents and withdrawals with their evidence; `suppressions`: those in force."""

    known: Answer
    complaints: Sequence[Answer]
    t: Texts
    f: Formats
    statements: Sequence[Answer] = ()
    suppressions: Sequence[Answer] = ()

    @property
    def path(self) -> str:
        return path_of_person(self.known["customer_id"])

    @property
    def name(self) -> str:
        return self.known["name"] or self.t("person.unnamed")

    @property
    def initials(self) -> str:
        words = (self.known["name"] or "").split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"

    @cached_property
    def details(self) -> Details:
        """Pairs of an icon and a text: place and language, local time, since when a customer."""
        known, locale = self.known, Locale(self.t.language)
        place = [
            locale.territories.get(known["country"] or "", known["country"]),
            locale.languages.get((known["language"] or "").partition("-")[0], known["language"]),
        ]
        since = self.t("person.since", date=self.f.date(known["registered_at"]))
        shown: list[tuple[str | None, str | None]] = [
            ("map-pin", " · ".join(filter(None, place)) or None),
            ("clock", self._local_time()),
            ("calendar", since),
            *(
                ("id-card", f"{one['source']} {one['number']}")
                for one in known["external_ids"]
                if one["number"]
            ),
        ]
        return [(icon, text) for icon, text in shown if text]

    @cached_property
    def facts(self) -> Sequence[tuple[str, str]]:
        """Pairs of a detail's name and its value: what is known, the numbers of other systems, and attributes."""
        known, t = self.known, self.t
        born = known["birth_date"]
        details = [
            (
                t("correct.birth_date"),
                self.f.calendar_date(date.fromisoformat(born)) if born else known["year_of_birth"],
            ),
            (t("correct.time_zone"), known["time_zone"]),
            *((one["source"], one["number"]) for one in known["external_ids"]),
            *((name, self._attribute(value)) for name, value in known["attributes"].items()),
        ]
        return [(name, str(value)) for name, value in details if value not in (None, "")]

    def _attribute(self, value: Any) -> str:
        if isinstance(value, bool):
            return self.t("correct.yes") if value else self.t("correct.no")
        return self.f.number(value) if isinstance(value, int | float) else str(value)

    @cached_property
    def open_complaints(self) -> Sequence[ShownComplaint]:
        """The complaints that are not closed, the one opened last first."""
        return [self._complaint(one) for one in self.complaints if one["status"] != ComplaintStatus.CLOSED]

    @cached_property
    def may_write(self) -> Sequence[MayWrite]:
        return [self._verdict(one) for one in self.known["eligibility"]]

    @cached_property
    def contact_points(self) -> Sequence[Reached]:
        icons = {"email": "mail", "phone": "phone", "sms": "phone"}
        return [
            Reached(
                id=point["contact_point_id"],
                icon=icons.get(point["channel"], "map-pin"),
                value=one_line(point["value"]) or self.t("person.forgotten"),
                text=" · ".join(
                    filter(
                        None,
                        (
                            point.get("label"),
                            self.t("person.added", date=self.f.date(point["added_at"])),
                        ),
                    )
                ),
                states=list(self._states(point)),
            )
            for point in self.known["contact_points"]
        ]

    @cached_property
    def consents(self) -> Sequence[Said]:
        return [self._consent(one) for one in self.known["consents"]]

    @cached_property
    def values(self) -> Sequence[str]:
        """What is left of their orders, in each currency."""
        return [self.f.money(money["amount"], money["currency"]) for money in self.known["orders"]["value"]]

    @property
    def orders(self) -> str:
        known = self.known["orders"]
        last = known["last_at"]
        return " · ".join(
            filter(
                None,
                (
                    self.t("person.orders", n=known["count"]),
                    self.t("person.last_order", date=self.f.date(last)) if last is not None else None,
                ),
            )
        )

    def _states(self, point: Answer) -> Iterator[str]:
        """Yields what is wrong with an address: suppressions of it or its domain, and that no mail reaches it."""
        places = {point["address_id"], *point["domain_ids"]}
        if point["mailability"] == Mailability.NOWHERE:
            yield self.t("reach.nowhere")
        for one in self.suppressions:
            if one["profile_id"] in places:
                yield self.t.word("reason", one["reason"])

    def _place(self, contact_point_id: UUID | None) -> str | None:
        """Returns the address to which a consent is limited."""
        for point in self.known["contact_points"]:
            if point["contact_point_id"] == contact_point_id:
                return one_line(point["value"])
        return None

    def _evidence(self, position: int) -> Iterator[str | None]:
        """Yields who recorded a statement, where it was made, in which words, and why."""
        for one in self.statements:
            if int(one["position"]) == position:
                given = one["evidence"] or {}
                yield self.t("consent.recorded_by", by=name_of(one["actor"]))
                yield given.get("source")
                yield self.t("consent.words", text=given["text"]) if given.get("text") else None
                yield one["reason"]

    def _local_time(self) -> str | None:
        zone = self.known["time_zone"]
        return self.t("person.local_time", time=self.f.in_zone(zone).time(self.f.now)) if zone else None

    def _complaint(self, one: Answer) -> ShownComplaint:
        answered = one["answered_at"]
        parts = (
            self.t.word("severity", one["severity"]),
            self.t("complaint.opened_on", date=self.f.date(one["opened_at"])),
            self.t.word("channel", one["channel"]),
            self.t("complaint.answered_on", date=self.f.date(answered))
            if answered is not None
            else waiting_text(one["opened_at"], self.t, self.f),
        )
        return ShownComplaint(
            title=one.get("subject") or one["category"],
            text=", ".join(parts),
            href=path_of_complaint(one["complaint_id"]),
            position=int(one["position"]),
        )

    def _verdict(self, one: Answer) -> MayWrite:
        what = self.t(
            "person.message",
            purpose=self.t.word("purpose", one["purpose"]),
            channel=self.t.word("channel", one["channel"]),
        )
        reasons = ", ".join(self.t.word("reason", code) for code in one["reasons"])
        why = path_of_why(self.known["customer_id"], one["channel"], one["purpose"], one["message_class"])
        return MayWrite(may=one["verdict"] == "eligible", what=what, reasons=reasons, why=why)

    def _consent(self, one: Answer) -> Said:
        t = self.t
        scope = (
            t.word("purpose", one["purpose"]) if one.get("purpose") else t("consent.all"),
            one.get("topic"),
            t.word("channel", one["channel"]) if one.get("channel") else None,
            one.get("brand"),
        )
        until = one.get("expires_at")
        said = (
            t("consent.said_on", date=self.f.date(one["occurred_at"])),
            t("consent.until", date=self.f.last_day(until)) if until is not None else None,
            self._place(one["contact_point_id"]),
            *self._evidence(int(one["position"])),
        )
        return Said(
            may=one["granted"],
            what=" · ".join(filter(None, scope)),
            reasons=" · ".join(filter(None, said)),
            position=int(one["position"]),
        )


def one_line(value: Any) -> str | None:
    """Returns an address as one line: a postal one is an object of its lines, town and country."""
    if not isinstance(value, Mapping):
        return value if value is None else str(value)
    town = " ".join(filter(None, (value.get("postal_code"), value.get("city"))))
    return ", ".join(filter(None, (*value.get("lines", ()), town, value.get("country"))))
