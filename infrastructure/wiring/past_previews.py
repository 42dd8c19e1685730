"""Puts together what previews audiences at past moments, for the scheduler's process and for the command line."""

from application.previews.past import PastPreviews
from infrastructure.postgres.connections import borrowed
from infrastructure.replay_log.everybody import EverybodyInLog
from infrastructure.wiring.installation import Installation
from projections.engine.beside import skipped


def past_previews(installation: Installation) -> PastPreviews:
    def skipped_facts() -> set[tuple[str, int]]:
        with borrowed(installation.pool) as connection:
            return skipped(connection)

    everybody = EverybodyInLog(
        installation.located.database_url, skipped_facts, installation.settings.currency
    )
    return PastPreviews(everybody, installation.for_decisions)
