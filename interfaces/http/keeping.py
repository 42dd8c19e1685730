"""Receipts for what states no fact, so that a repeated key gets the first answer."""

from collections.abc import Callable
from dataclasses import replace

from application.receipts import ReceiptExists
from application.requests import Answer
from interfaces.http.current import services
from interfaces.http.idempotency import earlier_answer
from interfaces.http.requests_in import command_request


def with_receipt(answer: Answer) -> Answer:
    """Stores a receipt if the request has a key. Returns the answer with its position in the body."""
    positioned = replace(answer, body={**answer.body, "position": str(answer.position)})
    request = command_request()
    if request.idempotency_key is not None:
        services().store.save(request=request, answer=positioned)
    return positioned


def with_empty_receipt(answer: Answer) -> Answer:
    """Stores a receipt without the answer's body, if the request has a key: personal data is stored sealed only.

    The view is one that is `answered_anew`. With a repeated key its answer is marked as replayed.
    """
    try:
        with_receipt(replace(answer, body={}))
    except ReceiptExists:
        return replace(answer, replayed=True)
    return answer


def with_first_receipt(carry_out: Callable[[], Answer]) -> Answer:
    """Carries out a command that states no fact, once for each key."""
    return earlier_answer() or with_receipt(carry_out())


def with_secret(carry_out: Callable[[], Answer], name: str) -> Answer:
    """Does the same for an answer with a secret of this name. The receipt has null instead of it."""
    earlier = earlier_answer()
    if earlier is not None:
        return earlier
    answer = carry_out()
    kept = with_receipt(replace(answer, body={**answer.body, name: None}))
    return replace(kept, body={**kept.body, name: answer.body[name]})
