"""Serves a baseline's application as Farley serves its own: the same web server, processes and threads.

python -m bench.bare_server MODULE PORT WORKERS THREADS
"""

import os
import signal
import socket
import sys
from importlib import import_module

from infrastructure.web_server.server import Server

LARGEST_BODY = 8 * 1024 * 1024


def main() -> None:
    module, port, workers, threads = sys.argv[1], *map(int, sys.argv[2:])
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen(1024)
    application = import_module(module)
    children = []
    for _ in range(workers):
        child = os.fork()
        if not child:
            server = Server(application.make(), listening, threads=threads, largest_body=LARGEST_BODY)
            signal.signal(signal.SIGTERM, server.stop)
            server.run()
            os._exit(0)
        children.append(child)
    signal.signal(signal.SIGTERM, lambda *_: [os.kill(child, signal.SIGTERM) for child in children])
    for child in children:
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
