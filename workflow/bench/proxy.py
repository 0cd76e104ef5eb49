"""nginx by the example of the documentation before two workers, releases promoted to and fro under load.

Every answer is looked at: none may be lost, and none may mix two releases. Beside it clients that send a letter at a
time. Without nginx there is nothing to measure.
"""

import asyncio
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from mobility.releases.layout import MEASURES, read_manifest, write_manifest
from mobility.releases.pointer import FOLDER, point_to
from serve import make_release
from timing import ROOT, NotHereError

EXAMPLE = ROOT / "docs/how-to/serve/nginx.conf"
SERVICE, PROXY = 8941, 8942
CLIENTS, PROMOTIONS, APART = 8, 6, 2.0
SLOW, LETTERS_A_SECOND, PATIENCE = 2_000, 2, 10
MIDDLE = 1.5 * 450  # pounds between the pay of the two releases, which is invented around 450 and twice that
CARD = "/api/v2/card?soc=4135"


def measure(place: Path) -> dict[str, Any]:
    """Answers, lost and mixed ones over six promotions; and what slow clients and a usual one beside them were told.

    Raises `NotHereError` without nginx.
    """
    if shutil.which("nginx") is None:
        raise NotHereError("nginx is not here: apt-get install nginx-light")
    root = make_release(place / "proxy")
    double(root / FOLDER)
    with running(root):
        load = Load()
        with load.clients():
            for number in range(PROMOTIONS):
                time.sleep(APART)
                point_to(root / FOLDER, ("second", "full")[number % 2])
            time.sleep(APART)
        slow = asyncio.run(slow_clients())
    told = {"answers": load.answers.total(), "of": dict(load.answers), "lost": load.lost, "mixed": load.mixed}
    return {"proxy": {"promotions": PROMOTIONS, **told, "slow_clients": slow}}


def double(folder: Path) -> None:
    """A release beside the first whose pay is twice as high; its other files are the same ones."""
    old, new = folder / "full", folder / "second"
    shutil.copytree(old, new, copy_function=os.link)
    for path in (new, *(one for one in new.rglob("*") if one.is_dir())):
        path.chmod(0o755)
    for path in (new / MEASURES).glob("pay.*.npy"):
        cube = np.load(path)
        cube[..., 0] *= 2
        path.unlink()
        np.save(path, cube)
    (new / "manifest.json").unlink()
    write_manifest(new, replace(read_manifest(old), id="second", files={}))


@contextmanager
def running(root: Path) -> Iterator[None]:
    """Two workers of the service, and nginx by the example without its limit of requests a client."""
    text = EXAMPLE.read_text(encoding="utf-8").replace("127.0.0.1:8000", f"127.0.0.1:{SERVICE}")
    text = re.sub(r"\n\s*limit_req zone.*", "", text.replace("127.0.0.1:8080", f"127.0.0.1:{PROXY}"))
    (root / "nginx.conf").write_text(text, encoding="utf-8")
    serve = [sys.executable, "-m", "mobility.cli", "serve", "--port", str(SERVICE), "--rate", "0"]
    commands = ([*serve, "--workers", "2", "--behind", "127.0.0.1"],
                ["nginx", "-p", f"{root}/", "-c", f"{root}/nginx.conf", "-g", "daemon off;"])  # fmt: skip
    processes = [subprocess.Popen(one, cwd=root, stderr=subprocess.DEVNULL) for one in commands]
    try:
        _wait()
        yield
    finally:
        for process in processes:
            process.terminate()
            process.wait()


def _wait() -> None:
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PROXY, timeout=30)
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("nginx and the service before it did not start")


@dataclass
class Load:
    """Clients that ask all the time. answers : by release. lost, mixed : none came; it was of two releases."""

    answers: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    mixed: int = 0
    stop: bool = False

    @contextmanager
    def clients(self) -> Iterator[None]:
        """Ask from several threads until the block ends."""
        threads = [threading.Thread(target=self._ask) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stop = True
            for thread in threads:
                thread.join()

    def _ask(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", PROXY, timeout=30)
        while not self.stop:
            try:
                connection.request("GET", CARD)
                reply = connection.getresponse()
                self._look(reply, json.loads(reply.read()))
            except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):  # none, or another's
                self.lost += 1
                connection.close()

    def _look(self, reply: http.client.HTTPResponse, card: dict[str, Any]) -> None:
        name, pay = card["release"]["id"], card["pay"]["series"][0]["value"]
        self.mixed += reply.headers["x-release"] != name or (pay > MIDDLE) != (name == "second")
        self.answers[name] += 1


async def slow_clients() -> dict[str, Any]:
    """How many slow clients were refused with 408 or cut off, and the median and worst of a usual one beside, in ms."""
    done, took = asyncio.Event(), []

    async def usual() -> None:
        while not done.is_set():
            started = time.perf_counter()
            await _said(f"GET {CARD} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode(), 0)
            took.append(1000 * (time.perf_counter() - started))
            await asyncio.sleep(0.02)

    beside = asyncio.create_task(usual())
    head = b"GET /health HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 2 * LETTERS_A_SECOND * PATIENCE
    said = await asyncio.gather(*(_said(head, 1 / LETTERS_A_SECOND) for _ in range(SLOW)))
    done.set()
    await beside
    refused = sum(one.startswith(b"HTTP/1.1 408") for one in said)
    told = {"clients": SLOW, "refused_408": refused, "cut_off": sum(not one for one in said)}
    return {**told, "usual_median_ms": float(np.median(took)), "worst_ms": max(took)}


async def _said(request: bytes, pause: float) -> bytes:
    """What the service says to a request, sent at once or a letter at a time."""
    reader, writer = await asyncio.open_connection("127.0.0.1", SERVICE)
    answer = asyncio.create_task(reader.read())
    for part in (request[at : at + 1] for at in range(len(request))) if pause else (request,):
        if answer.done():
            break
        writer.write(part)
        await asyncio.sleep(pause)
    found = b""
    with suppress(ConnectionError):  # closed while letters were under way, which takes the answer with it
        found = await answer
    writer.close()
    return found
