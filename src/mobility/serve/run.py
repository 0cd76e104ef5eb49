"""Start the server: uvicorn with one or several worker processes."""

import os
import sys
from dataclasses import dataclass

from mobility.serve.app import build
from mobility.serve.settings import Settings, remember

GRACE = 10  # seconds in which requests that were begun are answered after a stop
IDLE = 20  # seconds after which a silent connection is closed
SPARE = 500  # files that a process has open beside its connections


@dataclass(frozen=True)
class Listening:
    """Where to listen, and with how many processes. behind : address of a proxy whose word on clients counts."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    behind: str | None = None


def run(settings: Settings, listening: Listening) -> int:
    """Serve until stopped; requests that were begun are answered. Raises as `build`, before anything is listened to."""
    import uvicorn

    remember(settings)
    _make_room(settings.connections + SPARE)
    door = build(settings)
    address = f"http://{listening.host}:{listening.port}"
    kind = "INVENTED data" if door.shelf.now.loaded.manifest.synthetic else "real data"
    print(
        f"Release {door.shelf.name} ({kind}) at {address}\n  explorer  {address}/docs\n  widget    {address}/widget/\n"
        f"  try       curl '{address}/api/v1/ashe/estimatePay?soc=4135'",
        file=sys.stderr,
    )
    config = uvicorn.Config(
        "mobility.serve.app:create" if listening.workers > 1 else door,
        factory=listening.workers > 1,
        host=listening.host,
        port=listening.port,
        workers=listening.workers,
        http="mobility.serve.patient:Patient",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=listening.behind is not None,
        forwarded_allow_ips=listening.behind,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=GRACE,
    )
    server = uvicorn.Server(config)
    if listening.workers > 1:
        from uvicorn.supervisors import Multiprocess

        Multiprocess(config, sockets=[config.bind_socket()]).run()
    else:
        server.run()
    return 0 if server.started or listening.workers > 1 else os.EX_UNAVAILABLE


def _make_room(files: int) -> None:
    """Let the process have as many files open as its connections take, as far as the system allows."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = files if hard == resource.RLIM_INFINITY else min(files, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
