"""Questions that are asked by POST: their answers are kept for a repeated key as those of commands are."""

from dataclasses import replace

from application.requests import Answer
from interfaces.http.current import services
from interfaces.http.requests_in import command_request


def asked_and_kept(answer: Answer) -> Answer:
    """The answer, with its own position in its body, so that a replay says the same."""
    told = replace(answer, body={**answer.body, "position": str(answer.position)})
    request = command_request()
    if request.idempotency_key is not None:
        services().store.save(request=request, answer=told)
    return told
