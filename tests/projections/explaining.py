"""How many rows questions read."""

from typing import Any


class Explaining:
    """A connection that adds up how many rows its statements read of tables."""

    def __init__(self, connection: Any) -> None:
        self.read = 0
        self._connection = connection

    def execute(self, statement: str | bytes, parameters: Any, **options: Any) -> Any:
        text = statement.encode() if isinstance(statement, str) else statement
        explained = b"explain (analyze, format json) " + text
        row = self._connection.execute(explained, parameters, **options).fetchone()
        self.read += _read(row["QUERY PLAN"][0]["Plan"])
        return self._connection.execute(statement, parameters, **options)


def _read(plan: dict[str, Any]) -> float:
    below = sum(map(_read, plan.get("Plans", ())))
    if "Relation Name" not in plan:
        return below
    removed = plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
    return below + float((plan["Actual Rows"] + removed) * plan["Actual Loops"])
