"""The 360 of a person with its verdicts, as HTTP and the command line show it."""

from typing import Any
from uuid import UUID

from application.moments import Moment, ReadModels
from application.services import Services
from domain.customers.errors import CustomerNotFound
from projections.customer_360.reading import READS, Customer360, customer_360


def viewed(services: Services, moment: Moment, profile_id: UUID) -> dict[str, Any]:
    """Returns the fields of the 360 at this moment, and its verdicts as `eligibility`.

    Raises CustomerNotFound if no profile of the person was registered at the moment.
    """
    known, models = (
        _past(services, moment, profile_id) if moment.is_past else _now(services, moment, profile_id)
    )
    verdicts = services.eligibility.verdicts(known.facts, known.policies, known.purposes, models)
    return {**vars(known), "eligibility": verdicts}


def _past(services: Services, moment: Moment, profile_id: UUID) -> tuple[Customer360, ReadModels]:
    with services.moments.of_person(moment, profile_id, READS) as models:
        known = customer_360(models.connection, services.reading.cipher, profile_id, of_batch=True)
        return _registered(known), models


def _now(services: Services, moment: Moment, profile_id: UUID) -> tuple[Customer360, ReadModels]:
    known = services.reading.ask(
        lambda connection: customer_360(connection, services.reading.cipher, profile_id)
    )
    return _registered(known), ReadModels(moment=moment, connection=None)


def _registered(known: Customer360 | None) -> Customer360:
    if known is None:
        raise CustomerNotFound()
    return known
