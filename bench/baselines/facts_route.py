"""A bare route that reads and parses the facts of some profiles, up to an instant."""

import os
from typing import Any

from flask import Flask, request
from psycopg_pool import ConnectionPool

READ = """
select stored_name, count(*), max((data ->> 'occurred_at')::timestamptz)::text
from (
    select stored_name, convert_from(state, 'UTF8')::jsonb as data from log.events
    where customer_id = any(string_to_array(%s, ',')::uuid[]) and recorded_at <= %s
) facts
group by stored_name
"""


def make() -> Flask:
    app = Flask(__name__)
    pool = ConnectionPool(os.environ["BARE_URL"], kwargs={"autocommit": True}, min_size=8, open=True)

    @app.get("/")
    def live() -> str:
        return "ok"

    @app.get("/facts")
    def read() -> dict[str, Any]:
        with pool.connection() as connection:
            rows = connection.execute(READ, [request.args["profiles"], request.args["known_at"]]).fetchall()
        return {name: [number, newest] for name, number, newest in rows}

    return app
