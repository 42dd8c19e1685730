"""Which facts a statement of a fold reads. It is left out of batches that have none of them."""

import subprocess
import sys

from domain.facts import FACTS
from projections.engine.definitions import ROOT, all_projections, fold_statement

READS_VIEW = "insert into purchase select customer_id from order_placed"


def test_a_statement_reads_the_facts_whose_views_it_names() -> None:
    assert fold_statement(READS_VIEW).stored_names == {"orders.OrderPlaced"}


def test_a_statement_reads_the_facts_of_the_batch_views_that_it_names() -> None:
    assert fold_statement("select from change_of_order").stored_names == {
        "orders.OrderPlaced",
        "orders.OrderRefunded",
        "orders.OrderCancelled",
    }


def test_a_statement_reads_the_facts_of_the_batch_views_that_its_batch_views_name() -> None:
    named = fold_statement("select from touched_in_run").stored_names
    assert "messages.MessageSent" in named
    assert fold_statement("select from pg_temp.counted_of_touched()").stored_names == named


def test_a_statement_that_names_the_batch_itself_reads_all_facts() -> None:
    both = f"{READS_VIEW} where customer_id in (select customer_id from event)"
    assert fold_statement(both).stored_names == set(FACTS)


def test_a_statement_that_names_tables_only_reads_no_fact() -> None:
    assert fold_statement("delete from audience_touched").stored_names == frozenset()


def test_words_of_comments_and_texts_are_no_facts_that_a_statement_reads() -> None:
    sql = (
        "-- Not of a customer's order_refunded, nor of an event.\n"
        "/* nor of\n   order_cancelled */\n"
        f"{READS_VIEW} where kind <> 'it''s -- order_refunded' -- 'order_cancelled\n"
        "  and number <> ''"
    )
    assert fold_statement(sql).stored_names == {"orders.OrderPlaced"}


def test_no_fold_names_the_batch_itself_and_so_has_to_run_for_all_facts() -> None:
    statements = [statement for each in all_projections() for statement in each.statements]
    assert [statement.sql for statement in statements if statement.stored_names == set(FACTS)] == []


def test_a_projection_knows_its_facts_whatever_was_imported_before() -> None:
    code = "from projections.engine.definitions import projection; print(sorted(projection('complaints').stored_names))"
    alone = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT.parent, capture_output=True, text=True, check=True
    )
    assert "complaints.ComplaintOpened" in alone.stdout
