"""A fact that an aggregate makes is the one that its constructor would make, with its fields in the same order."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.customers.customer import Customer
from domain.customers.events import CustomerDetailsCorrected, CustomerRegistered
from domain.facts import Circumstances

SOMEBODY = UUID(int=1)
NOW = Circumstances(
    occurred_at=datetime(2026, 3, 2, 12, tzinfo=UTC), actor="key:shop", correlation_id=UUID(int=2)
)


def test_the_fields_of_a_fact_have_the_order_of_its_constructor() -> None:
    fact = Customer.first_fact(
        CustomerRegistered, SOMEBODY, NOW, name="Ana", attributes={}, kind="person", customer_id=SOMEBODY
    )
    constructed = CustomerRegistered(**vars(fact))
    assert fact == constructed
    assert list(vars(fact)) == list(vars(constructed))


def test_each_fact_has_attributes_of_its_own_where_none_are_stated() -> None:
    facts = [
        Customer.first_fact(
            CustomerDetailsCorrected, SOMEBODY, NOW, customer_id=SOMEBODY, corrected=("name",)
        )
        for _ in range(2)
    ]
    assert facts[0].attributes == {}
    assert facts[0].attributes is not facts[1].attributes


@pytest.mark.parametrize("wrong", [{"kind": "person"}, {"kind": "person", "attributes": {}, "surplus": 1}])
def test_a_fact_with_a_missing_or_an_unknown_field_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        Customer.first_fact(CustomerRegistered, SOMEBODY, NOW, customer_id=SOMEBODY, **wrong)
