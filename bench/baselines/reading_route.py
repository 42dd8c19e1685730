"""A bare route that reads one row by its key."""

import os

from flask import Flask
from psycopg_pool import ConnectionPool

TABLE = """
drop table if exists customer;
create table customer (id uuid primary key, data jsonb);
insert into customer select id, jsonb_build_object('id', id, 'name', 'Person', 'language', 'de')
from unnest(%s::uuid[]) as u(id)
"""
READ = "select data from customer where id = %s"


def make() -> Flask:
    app = Flask(__name__)
    pool = ConnectionPool(os.environ["BARE_URL"], kwargs={"autocommit": True}, min_size=8, open=True)

    @app.get("/")
    def live() -> str:
        return "ok"

    @app.get("/customers/<uuid:customer_id>")
    def read(customer_id: str) -> dict[str, str]:
        with pool.connection() as connection:
            row = connection.execute(READ, [customer_id]).fetchone()
        return row[0]  # type: ignore[index,no-any-return]

    return app
