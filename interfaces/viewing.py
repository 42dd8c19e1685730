"""The 360 of a person with its verdicts, as HTTP and the command line show it."""

from typing import Any
from uuid import UUID

from application.moments import Moment
from application.services import Services
from domain.customers.errors import CustomerNotFound
from projections.customer_360.reading import READS, customer_360


def viewed(services: Services, moment: Moment, profile_id: UUID) -> dict[str, Any]:
    """Returns the fields of the 360 at this moment, and its verdicts as `eligibility`.

    Raises CustomerNotFound if no profile of the person was registered at the moment.
    """
    with services.moments.of_person(moment, profile_id, READS) as models:
        known = customer_360(models.connection, services.reading.cipher, profile_id, of_batch=moment.is_past)
        if known is None:
            raise CustomerNotFound()
    verdicts = services.eligibility.verdicts(known.facts, known.policies, known.purposes, models)
    return {**vars(known), "eligibility": verdicts}
