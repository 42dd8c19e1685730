"""`farley keys` manages the keys of client applications, and deletes the keys of a person's data."""

from datetime import timedelta
from uuid import UUID

import click

from application.access import ApiKey, refuse_unknown
from application.services import Services
from domain.errors import NotFound
from domain.plain_text import plain_text, stored_form
from interfaces.cli import wiring
from interfaces.cli.history import all_facts
from interfaces.cli.paused import refuse_behind
from interfaces.cli.people import NothingKnown, known_of_nobody, profile_meant, read_to_find
from interfaces.plurals import how_many
from projections.engine.runner import head
from projections.identity.reading import person_of

LONGEST_DAYS = 36_500
"""The longest life of a key, in days: a hundred years."""


class KeyNotFound(NotFound):
    """No live key has this id."""


@click.group
def keys() -> None:
    """Make, list and revoke clients' keys; forget a person."""


@keys.command
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    metavar="SCOPE",
    help="What the key may do: admin, read, write, or one action such as complaints:write. Give it once for each.",
)
@click.option(
    "--days",
    type=click.IntRange(1, LONGEST_DAYS),
    metavar="N",
    help="The key expires after this many days; by default never.",
)
def create(name: str, scopes: tuple[str, ...], days: int | None) -> None:
    """Make a key for the client NAME and show it this once.

    If NAME already has a key, this is a rotation. The key is the only line on standard output.
    """
    scopes = tuple(dict.fromkeys(scopes))
    refuse_unknown(scopes)
    name = plain_text(stored_form(name), "name")
    with wiring.opened() as opened:
        services = opened.services
        expires_at = services.clock.now() + timedelta(days=days) if days else None
        earlier = services.access.of_client(name)
        key_id, key = services.access.create(name, scopes, expires_at=expires_at)
    if earlier:
        click.echo(_rotation(name, earlier), err=True)
    click.echo(f"{key_id}  {name}  {' '.join(scopes)}", err=True)
    click.echo(key)


@keys.command("list")
def list_all() -> None:
    """List all keys by id, without the secrets."""
    with wiring.opened() as opened:
        for key in opened.services.access.all():
            click.echo(_line(key))


@keys.command
@click.argument("key_id", type=click.UUID)
def revoke(key_id: UUID) -> None:
    """Revoke the key with this id now."""
    with wiring.opened() as opened:
        if not opened.services.access.revoke(key_id):
            raise KeyNotFound()
    click.echo(f"{key_id} is revoked.")


@keys.command
@click.argument("whom", metavar="CUSTOMER")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def forget(whom: str, yes: bool) -> None:
    """Delete the keys of CUSTOMER's personal data for good.

    CUSTOMER is an id, an e-mail address, a phone number, or source:number. This is refused while a paused projection
    may lack a profile of CUSTOMER.
    """
    with wiring.opened() as opened:
        services = opened.services
        _wait_for_profiles(services, whom)
        profile_id = profile_meant(services, whom)
        with services.reading.snapshot() as connection:
            person, profiles = person_of(connection, profile_id)
        if next(all_facts(services, profile_id), None) is None:
            raise NothingKnown(known_of_nobody(whom, 0))
        if not yes:
            _confirm(person, profiles)
        deleted = opened.forget(profiles)
    click.echo(
        f"Deleted {how_many(deleted, 'key')} of {how_many(len(profiles), 'profile')} of customer {person}."
    )
    if deleted:
        click.echo("What was stored of them in person can no longer be read; counts and money stay.")
    else:
        click.echo("They had no keys: what was stored of them in person could not be read before, either.")
    if opened.drop_folder is not None:
        click.echo(
            f"Messages to them may remain as .eml files in {opened.drop_folder}. Delete those files yourself."
        )


def _wait_for_profiles(services: Services, whom: str) -> None:
    """Returns when the read models have all profiles of the person. Raises ProjectionBehind or ProjectionPaused."""
    with services.reading.snapshot() as connection:
        end = head(connection)
    services.reading.wait_for(end, seconds=5.0)
    refuse_behind(services, read_to_find(whom), end)


def _confirm(person: UUID, profiles: tuple[UUID, ...]) -> None:
    click.echo(f"Customer {person} has {how_many(len(profiles), 'profile')}:")
    for profile in profiles:
        click.echo(f"  {profile}")
    click.confirm("Delete the keys of their personal data? Nobody can undo this.", abort=True)


def _rotation(name: str, earlier: list[ApiKey]) -> str:
    live = ", ".join(str(key.key_id) for key in earlier if key.revoked_at is None)
    then = f" Revoke the old one once the client has changed: {live}" if live else ""
    return f"Rotation: {name} is a client that had a key before, and stays that client.{then}"


def _line(key: ApiKey) -> str:
    ended = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else ""
    until = f"until {key.expires_at:%Y-%m-%d}" if key.expires_at else ""
    used = f"last used {key.last_used:%Y-%m-%d}" if key.last_used else "never used"
    columns = [
        str(key.key_id),
        f"{key.created_at:%Y-%m-%d}",
        key.name,
        " ".join(key.scopes),
        until,
        ended,
        used,
    ]
    return "  ".join(filter(None, columns))
