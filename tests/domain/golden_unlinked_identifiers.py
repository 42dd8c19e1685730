"""What golden decisions are asked about what people have or had without being linked to it."""

from dataclasses import replace
from uuid import UUID

from domain.deciding.facts import Person, UnlinkedIdentifier
from tests.domain.golden_cases import SHOES, Question, of
from tests.domain.people import ADDRESS, BEN, MAIL, OTHER_ADDRESS, complaint, person, point, said
from tests.domain.suppressing import suppression

PHONE = UUID(int=30)
"""What stands for a telephone number that several have."""
SERVICE = replace(MAIL, message_class="service")
COMPLAINED = {"complaints": (complaint(50, of=PHONE),)}
HERS, ANOTHER = point(100), point(104)
"""Two contact points with one address."""


def holding(position: int = 20, **said_of_it: object) -> UnlinkedIdentifier:
    return UnlinkedIdentifier(profile_id=PHONE, position=position, **said_of_it)  # type: ignore[arg-type]


def having(*holdings: UnlinkedIdentifier, **changes: object) -> Person:
    return person(unlinked_identifiers=holdings, **changes)


def withdrawn(position: int = 40, **changes: object) -> UnlinkedIdentifier:
    return holding(consents=(said(position, False, of=PHONE, channel=None, days_ago=3, **changes),))  # type: ignore[arg-type]


def ben(**changes: object) -> dict[UUID, tuple[Person, ...]]:
    return {ADDRESS: (person(BEN, **changes),)}


QUESTIONS: dict[str, Question] = {
    "holding, nothing said of it": of(having(holding())),
    "holding, complaint open": of(having(holding(**COMPLAINED))),
    "holding, complaint open, service": of(having(holding(**COMPLAINED)), SERVICE),
    "holding, complaint cools off": of(
        having(holding(complaints=(complaint(60, "closed", of=PHONE, closed_days_ago=1),)))
    ),
    "holding, the complaint is theirs too": of(having(holding(**COMPLAINED), complaints=(complaint(50),))),
    "holding, withdrawn": of(having(withdrawn())),
    "holding, withdrawn, service": of(having(withdrawn()), SERVICE),
    "holding, withdrawn and consented anew": of(
        having(withdrawn(), consents=(said(5), said(60, days_ago=1)))
    ),
    "holding, withdrawn, a consent of before they had it": of(
        having(withdrawn(), consents=(said(5), said(15, days_ago=1)))
    ),
    "holding, opted out of the topic": of(having(withdrawn(topic="shoes")), SHOES),
    "holding, a grant there allows nothing": of(
        having(holding(consents=(said(40, of=PHONE, days_ago=1),)), consents=())
    ),
    "holding, withdrawn and granted there": of(
        having(holding(consents=(said(40, False, of=PHONE, days_ago=3), said(41, of=PHONE, days_ago=2))))
    ),
    "holding, suppressed everywhere": of(
        having(holding(suppressions=(suppression("SPAM_COMPLAINT", of=PHONE, scope="address"),)))
    ),
    "holding, only that address suppressed": of(
        having(holding(suppressions=(suppression("HARD_BOUNCE", of=PHONE, scope="address"),)))
    ),
    "holding of a co-owner, complaint open": of(co_owners=ben(unlinked_identifiers=(holding(**COMPLAINED),))),
    "holding of a co-owner, withdrawn": of(co_owners=ben(unlinked_identifiers=(withdrawn(),))),
    "holding of a co-owner, suppressed": of(
        co_owners=ben(
            unlinked_identifiers=(
                holding(suppressions=(suppression("DECEASED", of=PHONE, scope="address"),)),
            )
        )
    ),
    "holding of a co-owner, suppressed, service": of(
        asked=SERVICE,
        co_owners=ben(
            unlinked_identifiers=(
                holding(suppressions=(suppression("DECEASED", of=PHONE, scope="address"),)),
            )
        ),
    ),
    "withdrawn at another contact point with the address": of(
        person(
            contact_points=(HERS, ANOTHER),
            consents=(
                said(5),
                said(9, False, days_ago=1, contact_point_id=HERS.contact_point_id, address_id=ADDRESS),
            ),
        )
    ),
    "withdrawn at another address": of(
        person(
            consents=(
                said(5),
                said(9, False, days_ago=1, contact_point_id=UUID(int=9), address_id=OTHER_ADDRESS),
            ),
        )
    ),
    "co-owner withdrew at one of two contact points": of(
        co_owners=ben(
            contact_points=(point(108, of=BEN), point(109, of=BEN)),
            consents=(said(9, False, of=BEN, contact_point_id=UUID(int=109), address_id=ADDRESS),),
        )
    ),
}
