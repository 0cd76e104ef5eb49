"""Questions put to a server of a small invented release, without a network."""

import json
from datetime import UTC, datetime
from pathlib import Path

from mobility.releases.pointer import FOLDER
from mobility.releases.store import commit, promote
from mobility.serve.app import build
from mobility.serve.settings import Settings
from small_release import staged


def served(root, *names, **settings):
    """A door over releases of these names, the last promoted. Where none is named there is one, `first`."""
    now = datetime(2026, 1, 2, tzinfo=UTC)
    for day, name in enumerate(names or ("first",), start=1):
        staged(root, name, f"2026-01-0{day}")
        commit(root / FOLDER, name, now)
        promote(root / FOLDER, name, now)
    return build(Settings(str(Path(root) / FOLDER), rate=0, **settings))


def ask(door, address, method="GET", headers=(), client="192.0.2.1"):
    """The reply to an address with its query; `json` of it is the body as read."""
    path, _, query = address.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode("latin-1"),
        "headers": [(name.encode(), value.encode()) for name, value in dict(headers).items()],
        "client": (client, 1),
    }
    return door.reply(scope)


def told(door, address, status=200, **how):
    """The JSON of an answer, whose status is asserted."""
    reply = ask(door, address, **how)
    assert reply.status == status, reply.body
    return json.loads(reply.body)


def headers_of(reply):
    """Headers of a reply as text."""
    return {name.decode(): value.decode() for name, value in reply.headers}
