"""The server as a process: promotions under load, slow and broken clients, a clean stop; only releases/ is there."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest

from mobility.releases.pointer import FOLDER
from mobility.releases.store import commit, promote
from small_release import staged

NOW = datetime(2026, 1, 2, tzinfo=UTC)
CARD = "/api/v2/card?soc=4135"
MANY = 10_000
ENOUGH, MOST = 150, 6_000  # answers of a client after which it may stop, or stops in any case


def _free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


@contextmanager
def _serving(root, *arguments):
    """A server over the releases of a folder that holds nothing else; gives its port and the process."""
    (root / "config.yaml").touch()
    port = _free_port()
    command = [sys.executable, "-m", "mobility.cli", "serve", "--port", str(port), "--rate", "0", *arguments]
    running = subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        _wait(port, running)
        yield port, running
    finally:
        with suppress(ProcessLookupError):  # ended by the test
            os.killpg(running.pid, signal.SIGKILL)  # its workers too, which would outlive it
        running.wait()


def _wait(port, running):
    for _ in range(300):
        if running is not None and running.poll() is not None:
            raise AssertionError(running.stderr.read())
        with suppress(OSError):
            if _get(port, "/health")[0].status == 200:
                return
        time.sleep(0.05)
    raise AssertionError("the server does not answer")


def _get(port, address):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", address)
    reply = connection.getresponse()
    body = reply.read()
    connection.close()
    return reply, body


def _status(connection):
    connection.request("GET", "/health")
    reply = connection.getresponse()
    reply.read()
    return reply.status


@pytest.fixture
def two(tmp_path):
    """Two releases, of which the second doubles the pay of 4135; the first is promoted."""
    staged(tmp_path, "first", "2026-01-01")
    commit(tmp_path / FOLDER, "first", NOW)
    staged(tmp_path, "second", "2026-01-02", pay_change={("4135", year): 2.0 for year in (2013, 2014, 2015)})
    commit(tmp_path / FOLDER, "second", NOW)
    promote(tmp_path / FOLDER, "first", NOW)
    return tmp_path


class Client(threading.Thread):
    """Asks over one connection until it has seen both releases and enough answers."""

    def __init__(self, port):
        super().__init__()
        self.port, self.answers, self.wrong = port, [], []

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while len(self.answers) < MOST and not (len(self.answers) > ENOUGH and len(set(self.answers)) > 1):
            connection.request("GET", CARD)
            reply = connection.getresponse()
            self._look(reply, json.loads(reply.read()))
        connection.close()

    def _look(self, reply, body):
        name = body["release"]["id"]
        pay = body["pay"]["series"][0]["value"]
        whole = reply.status == 200 and reply.headers["x-release"] == name
        if not (whole and (pay > 500) == (name == "second")):
            self.wrong.append((reply.status, name, pay))
        self.answers.append(name)


def _followed(port):
    """The old card from a worker that follows the promotion; each does so within half a second, by itself."""
    for _ in range(100):
        old = json.loads(_get(port, f"/releases/first{CARD}")[1])
        if not old["release"]["current"]:
            break
        time.sleep(0.05)
    return old


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_promotion_under_load_loses_no_request_and_mixes_no_releases(two, workers):
    with _serving(two, "--workers", workers) as (port, _):
        clients = [Client(port) for _ in range(4)]
        for client in clients:
            client.start()
        promote(two / FOLDER, "second", NOW, accept="pay of 4135 doubled")
        for client in clients:
            client.join()
        assert [client.wrong for client in clients] == [[]] * 4
        assert all(set(client.answers) == {"first", "second"} or client.answers[0] == "second" for client in clients)
        old = _followed(port)
        assert (old["release"]["id"], old["release"]["current"]) == ("first", False)
        assert json.loads(_get(port, f"{CARD}&release=first")[1])["pay"] == old["pay"]
        assert json.loads(_get(port, "/releases/second/progress")[1])["state"] == "promoted"


def test_a_release_that_is_broken_when_promoted_leaves_the_old_one_served(two):
    with _serving(two) as (port, running):
        (two / FOLDER / "second").chmod(0o755)
        (two / FOLDER / "second/manifest.json").unlink()
        (two / FOLDER / "current").write_text("second\n")
        time.sleep(1.5)
        assert json.loads(_get(port, CARD)[1])["release"]["id"] == "first"
        running.send_signal(signal.SIGTERM)
        assert "cannot be opened" in running.communicate(timeout=30)[1]


def test_requests_that_are_no_http_or_do_not_come_are_refused_and_the_stop_is_clean(two):
    with _serving(two, "--patience", "0.5") as (port, running):
        assert _raw(port, b"NONSENSE\r\n\r\n").startswith(b"HTTP/1.1 400 Bad Request")
        long = _raw(port, b"GET /api/v1/ashe/estimatePay?soc=" + b"4" * 10_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert long.startswith(b"HTTP/1.1 414 URI Too Long")
        assert b'{"error": "The address is longer' in long
        head = _raw(port, b"GET /health HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 10_000_000)
        assert head.startswith(b"HTTP/1.1 431 Request Header Fields Too Large")
        slow = _raw(port, b"GET /health HTTP/1.1\r\nHost: x\r\n")
        assert slow.startswith(b"HTTP/1.1 408 Request Timeout")
        assert b"did not come within 0.5 seconds" in slow
        reply, body = _get(port, "/docs")
        assert b"https://" not in body, "the explorer asks no other host"
        assert json.loads(_get(port, "/openapi.json")[1])["paths"]["/api/v2/pay"]
        assert _get(port, "/static/swagger-ui-bundle.js")[0].status == 200
        assert b'route="pages",status="200"' in _get(port, "/metrics")[1]
        reply, body = _get(port, "/nothing")
        assert (reply.status, json.loads(body)["found"]) == (404, "/nothing")
        assert json.loads(_get(port, "/API/v2/pay")[1])["nearest"][0] == "/api/v2/pay"
        assert _raw(port, b"HEAD /docs HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 200 OK")
        refused = _raw(port, b"POST /docs HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert json.loads(refused.partition(b"\r\n\r\n")[2])["allowed"] == ["GET", "HEAD"]
        running.send_signal(signal.SIGTERM)
        said = running.communicate(timeout=30)[1].strip().splitlines()
        assert json.loads(said[-1])["says"] == "stopped"
        assert '"says": "Invalid HTTP request received."' in "\n".join(said), "every line of the log is JSON"
        assert running.returncode in (0, -signal.SIGTERM)
        assert not (two / "results").exists(), "nothing restricted was there to be read"


def _raw(port, request):
    with socket.create_connection(("127.0.0.1", port), timeout=40) as connection:
        with suppress(OSError):  # refused while it is still being sent
            connection.sendall(request)
        found = b""
        with suppress(ConnectionResetError):
            while part := connection.recv(65536):
                found += part
        return found


def test_one_connection_too_many_is_refused_in_json_and_the_others_are_answered(two):
    with _serving(two, "--connections", "3") as (port, _):
        there = [http.client.HTTPConnection("127.0.0.1", port, timeout=30) for _ in range(3)]
        assert [_status(one) for one in there] == [200] * 3
        reply, body = _get(port, "/health")
        assert (reply.status, reply.headers["content-type"]) == (503, "application/json")
        assert reply.headers["retry-after"] == "1"
        assert reply.headers["access-control-allow-origin"] == "*", "a page of another origin may read why"
        assert json.loads(body)["error"].startswith("More than 3 connections")
        assert [_status(one) for one in there] == [200] * 3, "who is there already is answered on"
        for one in there:
            one.close()
        _wait(port, None)


@pytest.mark.long
def test_ten_thousand_connections_at_once_are_answered(two):
    """Silent ones first, so that all are there together; then each asks."""
    resource = pytest.importorskip("resource")
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < MANY + 500:
        pytest.skip(f"this machine lets no process have {MANY:,} files open")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    with _serving(two, "--patience", "120") as (port, running):
        open_ = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(MANY)]
        assert json.loads(_get(port, CARD)[1])["release"]["id"] == "first", "a newcomer is answered meanwhile"
        for one in open_:
            one.sendall(b"GET /api/v1/ashe/estimatePay?soc=4135 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answers = {one.recv(65536)[:15] for one in open_}
        for one in open_:
            one.close()
        assert answers == {b"HTTP/1.1 200 OK"}
        assert _get(port, "/health")[0].status == 200
        assert running.poll() is None
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_without_a_promoted_release_the_command_says_what_to_type(tmp_path):
    (tmp_path / "config.yaml").touch()
    command = [sys.executable, "-m", "mobility.cli", "serve"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no release is promoted. Type `make serve`" in done.stderr
