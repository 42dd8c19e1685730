"""Builds the projector: the connection on which projections are folded."""

from typing import Any

import psycopg

import domain.registry  # noqa: F401 - the batch has a view over every kind of fact
from infrastructure.machine.home import Located
from infrastructure.postgres.connections import as_role, translated


def projector_connection(located: Located) -> psycopg.Connection[Any]:
    """Returns a connection of farley_projector. The caller has to close it."""
    with translated():
        return psycopg.connect(as_role(located.database_url, "farley_projector"), autocommit=True)
