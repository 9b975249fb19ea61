"""An HTTP server on loopback, in a thread: what our local sites have in common."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_LOOKS_EVERY = 0.01  # seconds, to see whether it is to end


class Loopback:
    """Serves from the start until it is closed; a thread for each request."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_LOOKS_EVERY,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
