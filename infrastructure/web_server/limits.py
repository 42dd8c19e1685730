"""What a client may take of one web process: bytes, seconds and connections."""

LONGEST_REQUEST_LINE = 8 * 1024
LARGEST_HEAD = 32 * 1024
LONGEST_CHUNK_LINE = 128
HEAD_SECONDS = 10.0
"""From a request's first byte to the end of its head."""
BODY_SECONDS = 60.0
"""From a request's first byte to its last."""
ANSWER_SECONDS = 60.0
"""From an answer being ready to its last byte being taken."""
IDLE_SECONDS = 15.0
"""Without a request on a connection that is kept."""
LINGER_SECONDS = 2.0
"""In which a client may still send what it had begun to send when the connection was closed."""
STOPPING_IDLE_SECONDS = 1.0
"""As IDLE_SECONDS, once the process stops: a request may be on its way."""
STOPPING_SECONDS = 6.0
"""In which requests are finished once the process stops: longer than Farley-Wait-For."""
CONNECTIONS = 800
"""Of one process, below the 1,024 descriptors that a process usually may open."""
CONNECTIONS_OF_AN_ADDRESS = 64
"""Of one client that is neither this machine nor a trusted proxy."""
SMALL_BODY = 64 * 1024
"""A body up to this size needs no place in the room: all connections together have 50 MiB of them."""
ROOM_FOR_BODIES = 128 * 1024 * 1024
"""What all larger bodies may take together, from the first byte until the answer."""
ROOM_SECONDS = 10.0
"""From a request's first byte, in which a large body waits for its place."""
IN_MEMORY = 1 << 30
"""Bodies and answers are kept in memory whatever their size: a full disk stops no request."""
