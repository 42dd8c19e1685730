"""The search for people by their names and towns. It is a POST, because addresses are logged and names are not."""

from application.requests import Answer
from domain.customers.name_words import words_asked
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.customers.customer_search_schemas import FoundPeopleOut, SearchCustomersIn
from interfaces.http.current import services
from interfaces.http.idempotency import answered_anew
from interfaces.http.keeping import with_empty_receipt
from interfaces.http.paused import paused_fields, reads, refuse_empty
from interfaces.http.waiting import LONGEST_SECONDS, known_to_client
from interfaces.searching import READS, searched

customer_search = Routes("customer-search", "People by their names and towns.")


@customer_search.command("/api/customers/search", SearchCustomersIn, FoundPeopleOut)
@action("customers:read")
@reads(*READS)
@answered_anew
def search_customers(body: Body) -> Answer:
    """Finds the people who have all of the words, in their names or their towns, most recently active first.

    Case, accents and the order of the words do not matter. Names and towns are those of now. An empty list means that
    nobody has all the words. Where a paused projection may lack somebody, it is 503 instead. A forgotten person is not
    found. `Idempotency-Key` keeps no answer here: a repeated key gets the answer of now.
    """
    words = words_asked(body["words"])
    names = services().names
    position = names.catch_up(known_to_client(after=names.position()), LONGEST_SECONDS)
    found, reached = searched(services(), words, body["limit"])
    if not found["items"]:
        refuse_empty(reached, READS)
    shown = FoundPeopleOut().dump({**found, "position": str(position)})
    return with_empty_receipt(Answer(body={**shown, **paused_fields()}, position=position))
