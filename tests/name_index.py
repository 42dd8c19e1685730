"""What tests of the index of names say and look at."""

from uuid import UUID, uuid4

import psycopg

from application.customers.commands import CorrectCustomerDetails, GivenContactPoint, RegisterCustomer
from domain.customers.name_words import words_of
from infrastructure.cryptography.word_hashes import WordHashes
from infrastructure.name_index import following
from infrastructure.name_index.following import Following
from infrastructure.wiring.name_index import following as following_of
from tests.world import World


def register(world: World, name: str | None, *towns: str) -> UUID:
    customer_id = uuid4()
    points = tuple(
        GivenContactPoint(
            channel="post", value={"lines": [f"Street {customer_id}"], "city": town, "postal_code": "46001"}
        )
        for town in towns
    )
    command = RegisterCustomer(customer_id=customer_id, kind="person", name=name, contact_points=points)
    world.services.customers.register_customer(command, world.request())
    return customer_id


def correct(world: World, customer_id: UUID, name: str | None) -> None:
    command = CorrectCustomerDetails(customer_id=customer_id, details={"name": name})
    world.services.customers.correct_customer_details(command, world.request())


def follow(world: World, most: int = following.STEP) -> Following:
    world.fold()
    index = following_of(world.web)
    while index.step(most):
        pass
    assert index.position() == world.head()
    return index


def rows(world: World) -> dict[UUID, tuple[frozenset[UUID], frozenset[UUID]]]:
    """The rows of the index: the hashes of names and of towns, by profile."""
    with psycopg.connect(world.database.keys_url) as connection:
        found = connection.execute("select profile_id, names, towns from keys.name_words").fetchall()
    return {profile: (frozenset(names), frozenset(towns)) for profile, names, towns in found}


def hashes(world: World, *texts: str) -> frozenset[UUID]:
    words = frozenset[str]().union(*map(words_of, texts))
    return frozenset(WordHashes(world.located.id_key).of(words).values())


def execute(world: World, statement: str) -> None:
    with psycopg.connect(world.database.keys_url, autocommit=True) as connection:
        connection.execute(statement.encode())
