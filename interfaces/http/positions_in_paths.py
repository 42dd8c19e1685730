"""Positions of the log as parts of a path, as in `/api/facts/<position:position>`."""

from werkzeug.routing import BaseConverter

from interfaces.http.waiting import LONGEST_POSITION


class PositionInPath(BaseConverter):
    """A position as a decimal string that fits a bigint in SQL. Anything else leads to no route."""

    regex = f"[0-9]{{1,{LONGEST_POSITION}}}"

    def to_python(self, value: str) -> int:
        return int(value)
