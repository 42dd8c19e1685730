"""What each side of a link has: the two people whom it would join, or those whom its end would leave."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.people.person import Person, one_line

Profile = Mapping[str, Any]
Link = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Side:
    """What some profiles have together. `rows`: pairs of what it is and its texts."""

    name: str
    rows: Sequence[tuple[str, Sequence[str]]]


def side_of(known: Mapping[str, Any], profiles: Collection[Profile], t: Texts, f: Formats) -> Side:
    """Returns what these profiles of a person have. `known`: the person's 360."""
    ids = {one["profile_id"] for one in profiles}
    own = {
        name: [one for one in known[name] if one["customer_id"] in ids]
        for name in ("contact_points", "external_ids", "consents")
    }
    person = Person(known={**known, **own}, complaints=(), t=t, f=f)
    open_now = _sum(profiles, "open_complaints")
    rows = (
        (t("link.addresses"), [one.value for one in person.contact_points]),
        (t("link.numbers"), [f"{one['source']} {one['number']}" for one in own["external_ids"]]),
        (t("consent.title"), [_consent(one.may, one.what, t) for one in person.consents]),
        (
            t("menu.complaints"),
            [t("link.complaints", n=_sum(profiles, "complaints"), open=f.number(open_now))],
        ),
        (t("menu.orders"), [t("person.orders", n=_sum(profiles, "orders")), *_values(profiles, f)]),
        (t("timeline.touchpoint"), [f.number(_sum(profiles, "touchpoints"))]),
    )
    return Side(name=names_of(profiles, t), rows=[(what, texts or [t("link.none")]) for what, texts in rows])


def names_of(profiles: Iterable[Profile], t: Texts) -> str:
    """Returns the names of the customers among these profiles, or else what they stand for."""
    registered = [one for one in profiles if one["registered"]]
    return ", ".join(label_of(one, t) for one in registered or profiles)


def label_of(profile: Profile, t: Texts) -> str:
    """Returns what a profile is called: a customer's name, or the address or number that it stands for."""
    if profile["registered"]:
        return profile["name"] or t("person.unnamed")
    point, number = profile["contact_point"], profile["external_id"]
    if point is not None:
        return one_line(point["value"]) or t("person.forgotten")
    return f"{number['source']} {number['number']}" if number is not None else t("link.given_up")


def sides_after(
    profiles: Sequence[Profile], links: Iterable[Link], ended: tuple[UUID, UUID]
) -> tuple[Sequence[Profile], Sequence[Profile]]:
    """Returns the profiles on either side once this link, a pair of a profile and a customer, has ended.

    Both are the same if other links still join them.
    """
    left = [pair for one in links if (pair := (one["profile_id"], one["other_profile_id"])) != ended]
    here, there = (_joined(end, left) for end in ended)
    return (
        [one for one in profiles if one["profile_id"] in there],
        [one for one in profiles if one["profile_id"] in here],
    )


def _joined(begin: UUID, pairs: Collection[tuple[UUID, UUID]]) -> set[UUID]:
    """Returns all profiles that these pairs connect with one."""
    reached, latest = {begin}, {begin}
    while latest:
        near = {end for pair in pairs if not latest.isdisjoint(pair) for end in pair}
        latest = near - reached
        reached |= near
    return reached


def _consent(may: bool, what: str, t: Texts) -> str:
    return f"{what}: {t('consent.given') if may else t('consent.withdrawn')}"


def _sum(profiles: Iterable[Profile], name: str) -> int:
    return sum(one[name] for one in profiles)


def _values(profiles: Iterable[Profile], f: Formats) -> list[str]:
    values: dict[str, Decimal] = {}
    for money in (money for one in profiles for money in one["value"]):
        values[money["currency"]] = values.get(money["currency"], Decimal()) + Decimal(money["amount"])
    return [f.money(amount, currency) for currency, amount in sorted(values.items())]
