"""From start to stop: while the server runs, a promotion is seen, and its release served from the next request on."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from mobility.serve.metrics import Metrics, log
from mobility.serve.shelf import Shelf

LOOK = 0.5  # seconds between two looks at which release is promoted


async def live(shelf: Shelf, metrics: Metrics, receive: Any, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    """Follow promotions from the startup that ASGI tells of to its shutdown."""
    await receive()
    task = asyncio.create_task(_watch(shelf, metrics))
    log("info", "serving", release=shelf.name, process=os.getpid())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    log("info", "stopped", release=shelf.name, process=os.getpid())
    await send({"type": "lifespan.shutdown.complete"})


async def _watch(shelf: Shelf, metrics: Metrics) -> None:
    while True:
        await asyncio.sleep(LOOK)
        if await asyncio.to_thread(shelf.refresh):
            metrics.promotions += 1
            log("info", "another release is promoted", release=shelf.name, process=os.getpid())
