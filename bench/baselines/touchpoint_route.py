"""A bare route: validates the schema of a touchpoint, inserts one durable row with the log's indexes, answers."""

import os
from uuid import uuid4

from flask import Flask, request
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from interfaces.http.contexts.touchpoints.schemas import RecordTouchpointIn

TABLE = """
create table if not exists touchpoint (
    id uuid, version bigint, name text, state jsonb, position bigint generated always as identity,
    recorded_at timestamptz default clock_timestamp(), customer_id uuid, primary key (id, version));
create unique index if not exists by_position on touchpoint (position);
create index if not exists by_customer on touchpoint (customer_id, position);
"""
INSERT = "insert into touchpoint (id, version, name, state, customer_id) values (%s, 1, 't', %s, %s) returning position"


def make() -> Flask:
    app, schema = Flask(__name__), RecordTouchpointIn()
    pool = ConnectionPool(os.environ["BARE_URL"], kwargs={"autocommit": True}, min_size=8, open=True)

    @app.get("/")
    def live() -> str:
        return "ok"

    @app.post("/touchpoints")
    def record() -> tuple[dict[str, str], int]:
        body = request.get_json()
        schema.load(body)
        with pool.connection() as connection:
            row = connection.execute(INSERT, [uuid4(), Jsonb(body), uuid4()]).fetchone()
        return {"position": str(row[0])}, 201  # type: ignore[index]

    return app
