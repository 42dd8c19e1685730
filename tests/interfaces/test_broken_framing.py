"""What the server itself cannot read is refused as problem details, and nothing of it is taken."""

import json

from interfaces.http.requests_in import LARGEST_BATCH
from tests.interfaces.conftest import Api
from tests.interfaces.served import served

BODY = json.dumps({"kind": "person"}).encode()
SIZE = f"{len(BODY):x}".encode()
WHOLE = SIZE + b"\r\n" + BODY + b"\r\n0\r\n\r\n"


def post(*fields: bytes, body: bytes = BODY, line: bytes = b"POST /api/customers HTTP/1.1") -> bytes:
    head = [line, b"Host: farley", b"Authorization: Bearer KEY", b"Content-Type: application/json", *fields]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


LENGTH = b"Content-Length: " + str(len(BODY)).encode()
CHUNKED = b"Transfer-Encoding: chunked"
BROKEN = {
    "two lengths": post(LENGTH, b"Content-Length: 3"),
    "the same length twice": post(LENGTH, LENGTH),
    "a list of lengths": post(LENGTH + b", " + LENGTH[16:]),
    "a length that is no number": post(b"Content-Length: ten"),
    "a length below zero": post(b"Content-Length: -1"),
    "a length with a sign": post(b"Content-Length: +18"),
    "a length in hexadecimal": post(b"Content-Length: 0x12"),
    "a length of 5,000 digits": post(b"Content-Length: " + b"9" * 5000),
    "no length at all in its header": post(b"Content-Length:"),
    "a length and a coding": post(LENGTH, CHUNKED, body=WHOLE),
    "a coding and a length": post(CHUNKED, LENGTH, body=WHOLE),
    "two codings": post(CHUNKED, CHUNKED, body=WHOLE),
    "a coding in HTTP/1.0": post(CHUNKED, body=WHOLE, line=b"POST /api/customers HTTP/1.0"),
    "a coding twice": post(CHUNKED + b", chunked", body=WHOLE),
    "a coding twice, around another": post(CHUNKED + b", gzip, chunked", body=WHOLE),
    "a coding twice, with a parameter": post(CHUNKED + b";a=b, chunked", body=WHOLE),
    "a coding with a parameter": post(CHUNKED + b";a=b", body=WHOLE),
    "a coding before nothing": post(CHUNKED + b",", body=WHOLE),
    "a coding after nothing": post(b"Transfer-Encoding: , chunked", body=WHOLE),
    "a coding with a space in it": post(b"Transfer-Encoding: gz ip, chunked", body=WHOLE),
    "another last coding": post(CHUNKED + b", gzip", body=WHOLE),
    "another coding alone": post(b"Transfer-Encoding: identity"),
    "no coding at all in its header": post(b"Transfer-Encoding:"),
    "a size that is no number": post(CHUNKED, body=b"zz\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "a size below zero": post(CHUNKED, body=b"-1\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "a size with 0x": post(CHUNKED, body=b"0x" + WHOLE),
    "a size with a space": post(CHUNKED, body=SIZE + b" \r\n" + BODY + b"\r\n0\r\n\r\n"),
    "a size with an underscore": post(CHUNKED, body=b"1_2\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "a size of 20 digits": post(CHUNKED, body=b"f" * 20 + b"\r\n"),
    "a size ended by a line feed": post(CHUNKED, body=SIZE + b"\n" + BODY + b"\r\n0\r\n\r\n"),
    "a size with a line feed in it": post(CHUNKED, body=SIZE + b"\n\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "a size without end": post(CHUNKED, body=b"0" * 200),
    "an empty line for a size": post(CHUNKED, body=b"\r\n" + WHOLE),
    "a chunk longer than its size": post(CHUNKED, body=b"2\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "a chunk extension": post(CHUNKED, body=SIZE + b";a=b\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "a trailer that is too long": post(CHUNKED, body=WHOLE[:-2] + b"a: " + b"b" * 40_000),
    "line feeds alone": b"GET /health/live HTTP/1.1\nHost: farley\n\n",
    "a line feed in a header": post(b"X: a\nX-Correlation-Id: b"),
    "a carriage return in a header": post(b"X: a\rb"),
    "a NUL in a header": post(b"X: a\0b"),
    "a NUL in the target": post(line=b"GET /health/live\0 HTTP/1.1"),
    "a folded header": post(b"X: a\r\n  b"),
    "a name with a space": post(b"X : a"),
    "a name with a space in it": post(b"X Y: a"),
    "a name with a bracket": post(b"X(Y): a"),
    "a header without a name": post(b": a"),
    "a header without a colon": post(b"Authorization"),
    "no host": b"GET /health/live HTTP/1.1\r\n\r\n",
    "two hosts": post(b"Host: other"),
    "no version": b"GET /health/live\r\n\r\n",
    "another version": b"GET /health/live HTTP/2.0\r\nHost: farley\r\n\r\n",
    "a target with a space": b"GET /health /live HTTP/1.1\r\nHost: farley\r\n\r\n",
    "a method in small letters": b"get /health/live HTTP/1.1\r\nHost: farley\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}


CUT_OFF = {
    "a head": post(LENGTH, body=b"")[:-2],
    "a body": post(LENGTH, body=BODY[:-1]),
    "a chunk": post(CHUNKED, body=SIZE + b"\r\n" + BODY[:-1]),
    "the last chunk": post(CHUNKED, body=SIZE + b"\r\n" + BODY + b"\r\n"),
    "the trailer": post(CHUNKED, body=WHOLE[:-2]),
}


def test_broken_framing_is_a_400_as_problem_details(api: Api) -> None:
    before = api.log_length()
    with served(api.app) as server:
        for fault, sent in BROKEN.items():
            answer = server.refused(sent.replace(b"KEY", api.key.encode()))
            assert answer.status == 400, fault
            assert answer.problem["type"] == "/problems/malformed-request"
            assert answer.headers["connection"] == "close"
            assert answer.headers["x-correlation-id"] == answer.problem["correlation_id"]
    assert api.log_length() == before


def test_what_is_cut_off_is_a_400_and_never_half_taken(api: Api) -> None:
    before = api.log_length()
    with served(api.app) as server:
        for cut_off, sent in CUT_OFF.items():
            (answer,) = server.ask(sent.replace(b"KEY", api.key.encode()))
            assert (answer.status, answer.problem["type"]) == (400, "/problems/malformed-request"), cut_off
    assert api.log_length() == before


REFUSED = [
    (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: farley\r\n\r\n", 414, "target-too-long"),
    (b"GET /" + b"a" * 100_000, 414, "target-too-long"),
    (b"GET / HTTP/1.1\r\nHost: farley\r\n" + b"X: a\r\n" * 6_000, 431, "head-too-large"),
    (b"GET / HTTP/1.1\r\nHost: farley\r\nX: " + b"a" * 40_000 + b"\r\n\r\n", 431, "head-too-large"),
    (post(f"Content-Length: {LARGEST_BATCH + 1}".encode()), 413, "body-too-large"),
    (
        post(f"Content-Length: {LARGEST_BATCH + 1}".encode(), b"Expect: 100-continue"),
        413,
        "body-too-large",
    ),
    (post(CHUNKED, body=b"900000\r\n" + b" " * 0x900000), 413, "body-too-large"),
    (post(b"Transfer-Encoding: gzip, chunked"), 501, "unknown-transfer-coding"),
    (post(b"Transfer-Encoding: deflate;a=b,gzip,chunked"), 501, "unknown-transfer-coding"),
]


def test_what_the_server_refuses_is_named_in_problem_details(api: Api) -> None:
    with served(api.app) as server:
        for sent, status, name in REFUSED:
            answer = server.refused(sent)
            assert (answer.status, answer.problem["type"]) == (status, f"/problems/{name}")


def test_a_body_in_chunks_however_they_are_cut_is_one_body(api: Api) -> None:
    whole = post(
        CHUNKED,
        body=b"1\r\n{\r\n" + f"{len(BODY) - 1:X}".encode() + b"\r\n" + BODY[1:] + b"\r\n0\r\nX: a\r\n\r\n",
    )
    sent = whole.replace(b"KEY", api.key.encode())
    with served(api.app) as server:
        for cut in (1, 7, len(sent)):
            pieces = [sent[at : at + cut] for at in range(0, len(sent), cut)]
            (answer,) = server.ask(*pieces)
            assert answer.status == 201, answer.body


def test_what_follows_a_body_is_the_next_request(api: Api) -> None:
    after = b"GET /health/live HTTP/1.1\r\nHost: farley\r\n\r\n"
    with served(api.app) as server:
        for first in (post(LENGTH), post(CHUNKED, body=WHOLE)):
            answered = server.ask(first.replace(b"KEY", api.key.encode()) + after)
            assert [answer.status for answer in answered] == [201, 200]


def test_a_client_that_waits_for_continue_is_told_to_go_on(api: Api) -> None:
    head, body = post(LENGTH, b"Expect: 100-continue").replace(b"KEY", api.key.encode()).split(b"{", 1)
    with served(api.app) as server, server.connection() as connection:
        connection.sendall(head)
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{" + body)
        assert connection.recv(100).startswith(b"HTTP/1.1 201 ")


def test_the_largest_batch_is_read_and_one_byte_more_is_refused(api: Api) -> None:
    line = b"POST /api/touchpoints/batch HTTP/1.1"
    with served(api.app) as server:
        for size, status in ((LARGEST_BATCH, 200), (LARGEST_BATCH + 1, 413)):
            body = b'{"touchpoints": []' + b" " * (size - 19) + b"}"
            sent = post(f"Content-Length: {size}".encode(), b"Connection: close", body=body, line=line)
            assert server.refused(sent.replace(b"KEY", api.key.encode())).status == status
