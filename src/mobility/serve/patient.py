"""The HTTP of uvicorn, with an end to patience: slow or endless requests are refused in JSON."""

import json
from asyncio import TimerHandle
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mobility.serve.settings import remembered

LONGEST = 65_000  # bytes of an address, and of all that stands before the body
NO_HTTP = (
    "This is no request of HTTP: its method, address or a header is not as it must be. "
    "Escape what is not ASCII as in %C3%A9."
)
ALWAYS = "content-type: application/json\r\naccess-control-allow-origin: *\r\nconnection: close\r\n"
REASONS = {
    400: "Bad Request",
    408: "Request Timeout",
    414: "URI Too Long",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}
WAIT = 1  # seconds after which a client that was one too many may ask again


class Patient(HttpToolsProtocol):
    """A connection that is closed where its request does not come, has no end or is none, or where it is too many."""

    patience: TimerHandle | None = None
    taken = 0  # bytes of a request whose head is not whole yet

    def connection_made(self, transport: Any) -> None:
        """Wait for the first request, but not for ever."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what came; the head of a next request has to come in time too."""
        if self.patience is None and (self.cycle is None or self.cycle.response_complete):
            self._wait()
        super().data_received(data)
        self.taken += len(data)
        if self.patience is not None and self.taken > LONGEST and not self.transport.is_closing():
            self._refuse(431, f"What stands before the body is longer than {LONGEST:,} bytes.")

    def on_url(self, url: bytes) -> None:
        """Refuse an address without end before it is held in memory."""
        super().on_url(url)
        if len(self.url) > LONGEST and not self.transport.is_closing():
            self._refuse(414, f"The address is longer than {LONGEST:,} characters.")

    def on_headers_complete(self) -> None:
        """The head is there: no more waiting, and an answer unless there are too many connections."""
        self._stop()
        if self.transport.is_closing():
            return
        if len(self.connections) > remembered().connections:
            says = f"More than {remembered().connections:,} connections. Ask again in {WAIT} s."
            self._refuse(503, says, f"retry-after: {WAIT}\r\n")
        else:
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is there, where it was taken at all."""
        if self.cycle is not None:
            super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side is gone."""
        self._stop()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP is answered in JSON, once."""
        if not self.transport.is_closing():
            self._refuse(400, NO_HTTP)

    def _wait(self) -> None:
        self.taken = 0
        self.patience = self.loop.call_later(remembered().patience, self._give_up)

    def _stop(self) -> None:
        if self.patience is not None:
            self.patience.cancel()
            self.patience = None

    def _give_up(self) -> None:
        self.patience = None
        if self.transport is not None and not self.transport.is_closing():
            self._refuse(408, f"The request did not come within {remembered().patience:g} seconds.")

    def _refuse(self, status: int, error: str, headers: str = "") -> None:
        self._stop()
        body = json.dumps({"error": error}).encode()
        head = f"HTTP/1.1 {status} {REASONS[status]}\r\n{ALWAYS}{headers}content-length: {len(body)}\r\n\r\n"
        self.transport.write(head.encode() + body)
        self.transport.close()
