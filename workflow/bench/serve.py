"""Load on the server: mixed real questions on a full-size invented release, beside a plain FastAPI handler, in one run.

`python workflow/bench serve`; after the rates the memory that the server holds over a million questions. wrk puts the
load where it is installed, else a client in Python, which is itself the bottleneck (said in the result).
"""

import asyncio
import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

import sql_peer
from mobility.lmi.dimensions import load_dimensions
from mobility.lmi.store import write_measures
from mobility.releases import layout, texts
from mobility.releases.layout import Manifest, write_manifest
from mobility.releases.measures import MadeFrom, stage_measures
from mobility.releases.pointer import FOLDER, STAGING, current
from mobility.releases.store import commit, promote
from mobility.serve.prepare import prepare
from timing import ROOT

CONNECTIONS, SECONDS = 16, 10
PORTS = {"ours": 8931, "plain": 8932, "datasette": 8933}
MANY = 1_000_000  # requests over which the server may not grow
YEAR_OF_REQUESTS = 24_369_145  # of the true service, April 2015 to April 2016
PLAIN = """
from fastapi import FastAPI
app = FastAPI()
@app.get("/api/v1/ashe/estimatePay")
async def pay(soc: int, coarse: bool = False, filters: str = "", breakdown: str = ""):
    return {"soc": soc, "series": [{"year": 2014, "estpay": 350}, {"year": 2015, "estpay": 360}]}
"""
LUA = """
local addresses = {}
for line in io.lines("%s") do addresses[#addresses + 1] = line end
local at = 0
request = function() at = at %% #addresses + 1; return wrk.format("GET", addresses[at]) end
"""
PATTERNS = (
    "/api/v1/ashe/estimatePay?soc={soc}",
    "/api/v1/ashe/estimatePay?soc={soc}&filters=gender:{two}",
    "/api/v1/ashe/estimatePay?soc={soc}&coarse=true&filters=region:{twelve}|gender:{two}",
    "/api/v1/ashe/estimateHours?soc={soc}",
    "/api/v1/wf/predict?soc={soc}&minYear=2014&maxYear=2024",
    "/api/v1/wf/predict/breakdown/region?soc={soc}",
    "/api/v1/soc/code/{soc}",
    "/api/v1/ashe/estimatePay?soc={soc}&breakdown=gender",
    "/api/v1/wf/predict?soc={soc}",
    "/api/v1/ashe/estimateHours?soc={soc}&filters=status:2|industry:{five}",
)


def measure(place: Path) -> dict[str, Any]:
    """Requests a second, median and 99th percentile of ours and its peers, start, memory, and a year's requests."""
    root = make_release(place / "serve")
    addresses = questions(20_000)
    with serving(root) as (process, start):
        ours = load(process, PORTS["ours"], addresses, place)
        ours |= {"start_to_first_answer_s": start, "resident_mb": resident(process)}
        memory = without_growth(process, addresses, place)
    with plain(place) as (process, _):
        asked = [address for address in addresses if "estimatePay" in address]
        beside = load(process, PORTS["plain"], asked, place)
    sql = datasette(root, place)
    rate = ours["requests_a_second"]
    minutes = YEAR_OF_REQUESTS / rate / 60 if rate else None
    found = {"ours": ours, "memory": memory, "plain_fastapi_dict": beside, "a_year_of_requests_minutes": minutes}
    return {"serve": found | ({"datasette": sql} if sql else {})}


def datasette(root: Path, place: Path) -> dict[str, Any] | None:
    """The same questions to Datasette over the same cells and to ours; none where it is not installed."""
    database = place / "cells.db"
    command = sql_peer.command(database, PORTS["datasette"])
    if command is None:
        return None
    rows = sql_peer.write_cells(root / FOLDER / str(current(root / FOLDER)), database)
    theirs, ours = sql_peer.questions(list(load_dimensions(ROOT)["occupation"].codes), 20_000)
    with _running(command, place, theirs[0], PORTS["datasette"]) as (process, _):
        found = {"rows": rows, **load(process, PORTS["datasette"], theirs, place)}
    with serving(root) as (process, _):
        return {**found, "ours_at_the_same_questions": load(process, PORTS["ours"], ours, place)}


def make_release(root: Path) -> Path:
    """A full-size invented release of five years of jobs and two of pay and hours, committed and promoted."""
    delivered, place = root / "measures", root / FOLDER / STAGING / "full"
    dimensions = load_dimensions(ROOT)
    shape, random = tuple(len(own.codes) for own in dimensions.values()), np.random.default_rng(1)
    arrays = {("employment", year): random.gamma(0.3, 6.0, shape) for year in (2010, 2014, 2015, 2019, 2024)}
    for name, mean in (("pay", 450.0), ("hours", 35.0)):
        for year in (2014, 2015):
            arrays[name, year] = np.clip(random.normal(mean, mean / 8, shape), 1, 2 * mean)
            arrays[name, year][:, :, :, :, 2] = np.nan
    about = {"year": 2015, "synthetic": True, "sources": ["numpy"], "choices": {}}
    about["limits"] = {"least": 1000, "plain": 10000, "at_limit": "better"}
    singles = {key: array.astype("float32") for key, array in arrays.items()}
    write_measures(delivered, singles, dimensions, about)
    stage_measures(delivered, place / layout.MEASURES, MadeFrom(True, ("invented by numpy",)), lambda *_: None)
    shutil.rmtree(delivered)
    texts.write_texts(ROOT, place)
    texts.write_onet(ROOT, place)
    prepare(place)
    write_manifest(place, Manifest("full", "2026-01-01", "Invented", True, ("invented by numpy",), {}, {}, "0"))
    now = datetime.now(UTC)
    promote(root / FOLDER, commit(root / FOLDER, None, now), now)
    (root / "config.yaml").touch()
    return root


def questions(count: int) -> list[str]:
    """Addresses of questions, half of them with filters or split."""
    codes = list(load_dimensions(ROOT)["occupation"].codes)
    random = np.random.default_rng(2)
    return [
        PATTERNS[at % len(PATTERNS)].format(
            soc=codes[random.integers(len(codes))],
            two=random.integers(1, 3),
            five=random.integers(1, 6),
            twelve=random.integers(1, 13),
        )
        for at in range(count)
    ]


@contextmanager
def serving(root: Path) -> Iterator[tuple[subprocess.Popen, float]]:
    """Our server with one worker, and the seconds from its start to its first answer."""
    command = [sys.executable, "-m", "mobility.cli", "serve", "--port", str(PORTS["ours"]), "--rate", "0"]
    with _running(command, root, "/api/v1/ashe/estimatePay?soc=4135", PORTS["ours"]) as found:
        yield found


@contextmanager
def plain(place: Path) -> Iterator[tuple[subprocess.Popen, float]]:
    """A FastAPI application that returns a dictionary, with one worker."""
    (place / "plain_app.py").write_text(PLAIN)
    command = [sys.executable, "-m", "uvicorn", "plain_app:app", "--port", str(PORTS["plain"]), "--no-access-log"]
    with _running(command, place, "/api/v1/ashe/estimatePay?soc=4135", PORTS["plain"]) as found:
        yield found


@contextmanager
def _running(command: Sequence[str], where: Path, address: str, port: int) -> Iterator[tuple[subprocess.Popen, float]]:
    with socket.socket() as tried:
        if tried.connect_ex(("127.0.0.1", port)) == 0:  # its answers would be taken for those of `command`
            raise SystemExit(f"port {port} is taken by another process")
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=where, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", address)
                connection.getresponse().read()
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - started > 60:
                    raise SystemExit(f"{' '.join(command[:3])} did not start") from None
                time.sleep(0.01)
        yield process, round(time.perf_counter() - started, 2)
    finally:
        process.terminate()
        process.wait()


def load(process: subprocess.Popen, port: int, addresses: Sequence[str], place: Path) -> dict[str, Any]:
    """Put load on a server of this machine for some seconds; raises `SystemExit` where an answer is no 2xx.

    `cpu_us_a_request`: microseconds of its processor time, which is what a busy machine leaves of requests a second.
    """
    before, machine = cpu(process), os.getloadavg()[0]
    found = (
        _wrk(port, addresses, place, SECONDS) if shutil.which("wrk") else asyncio.run(_python(port, addresses, SECONDS))
    )
    spent = None if before is None else (cpu(process) or 0.0) - before
    each = None if spent is None or not found["requests"] else round(1e6 * spent / found["requests"], 1)
    return {**found, "cpu_us_a_request": each, "machine_load_before": machine}


def _wrk(port: int, addresses: Sequence[str], place: Path, seconds: int) -> dict[str, Any]:
    (place / "addresses.txt").write_text("\n".join(addresses) + "\n")
    (place / "load.lua").write_text(LUA % (place / "addresses.txt"))
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}", "--latency", "-s", str(place / "load.lua")]
    said = subprocess.run([*command, f"http://127.0.0.1:{port}"], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        raise SystemExit(said)
    total = re.search(r"(\d+) requests in", said)
    return {
        "by": "wrk",
        "requests": int(total[1]) if total else 0,
        "requests_a_second": float(re.findall(r"Requests/sec:\s+([\d.]+)", said)[0]),
        "median_ms": _milliseconds(said, "50%"),
        "p99_ms": _milliseconds(said, "99%"),
    }


def _milliseconds(said: str, name: str) -> float:
    value, unit = re.findall(rf"{name}\s+([\d.]+)(us|ms|s)", said)[0]
    return float(value) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


async def _python(port: int, addresses: Sequence[str], seconds: int) -> dict[str, Any]:
    """The same by connections of asyncio."""
    until, taken = time.perf_counter() + seconds, []

    async def client(first: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        at = first
        while time.perf_counter() < until:
            started = time.perf_counter()
            writer.write(f"GET {addresses[at % len(addresses)]} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(re.findall(rb"content-length: (\d+)", head)[0]))
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(head.decode())
            taken.append(time.perf_counter() - started)
            at += CONNECTIONS
        writer.close()

    await asyncio.gather(*map(client, range(CONNECTIONS)))
    middle, high = np.percentile(taken, [50, 99]) * 1000
    own = {"requests": len(taken), "requests_a_second": len(taken) / seconds}
    return {"by": "a client in Python", **own, "median_ms": float(middle), "p99_ms": float(high)}


def resident(process: subprocess.Popen) -> float | None:
    """Resident memory in MB, where the system tells it."""
    status = Path(f"/proc/{process.pid}/status")
    found = re.search(r"VmRSS:\s+(\d+)", status.read_text()) if status.is_file() else None
    return round(int(found[1]) / 1024) if found else None


def cpu(process: subprocess.Popen) -> float | None:
    """Seconds of processor time of a process, where the system tells it."""
    status = Path(f"/proc/{process.pid}/stat")
    if not status.is_file():
        return None
    fields = status.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def without_growth(process: subprocess.Popen, addresses: Sequence[str], place: Path) -> dict[str, Any]:
    """Resident memory after a tenth of `MANY` requests and after all of them."""
    done, sizes = 0, []
    while done < MANY:
        done += load(process, PORTS["ours"], addresses, place)["requests"]
        if not sizes and done >= MANY / 10:
            sizes.append(resident(process))
    return {"requests": done, "resident_mb_after_a_tenth": sizes[0], "resident_mb_at_the_end": resident(process)}
