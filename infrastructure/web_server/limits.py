"""The limits of a client at one web process: bytes, seconds and connections."""

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
"""The seconds in which a client may finish sending after the connection was closed."""
STOPPING_IDLE_SECONDS = 1.0
"""The same as IDLE_SECONDS while the process stops, because a request may be on its way."""
STOPPING_SECONDS = 6.0
"""The seconds in which requests are finished while the process stops. They are longer than Farley-Wait-For."""
CONNECTIONS = 800
"""The connections of one process. They are fewer than the 1,024 descriptors that a process usually may open."""
CONNECTIONS_OF_AN_ADDRESS = 64
"""The connections of one client that is neither this machine nor a trusted proxy."""
READ_AT_ONCE = 64 * 1024
"""The most bytes of one read: a large body in few turns of the loop."""
SMALL_BODY = 64 * 1024
"""A body up to this size needs no place in the room: all connections together have 50 MiB of them."""
ROOM_FOR_BODIES = 128 * 1024 * 1024
"""The memory for all larger bodies together, from the first byte until the answer."""
ROOM_OF_AN_ADDRESS = 32 * 1024 * 1024
"""The share of the room for one client that is neither this machine nor a trusted proxy."""
ROOM_SECONDS = 10.0
"""From a request's first byte, in which a large body waits for its place."""
IN_MEMORY = 1 << 30
"""Bodies and answers are kept in memory whatever their size: a full disk stops no request."""
UPLOAD_AHEAD = 1024 * 1024
"""The most bytes of an upload that wait in memory until the application writes them to the disk. Before it begins to
read, one read waits: 800 connections have 50 MiB."""
UPLOAD_SECONDS = 30.0
"""Without a byte of an upload."""
