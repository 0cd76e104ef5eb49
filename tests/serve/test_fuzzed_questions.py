"""Questions made by chance from right and wrong parts: an answer or a 4xx in JSON, never a fault of ours."""

import json
import random

import pytest

from asking import ask
from mobility.serve.register import ENDPOINTS

VALUES = (
    "4135", "41", "413", "1111", "9999", "true", "false", "gender:1", "gender:1|region:2", "status:3", "region:1,2,13",
    "industry:1|qualification:9", "20", "66", "2013", "2020", "1900", "lawyer", "%20", "%C3%A9", "%ff", "%zz", "%00",
    "a=b", "json", "csv", "first", "second", "", ":", "|", ",", "-1", "NaN", "2.A.1.a", "11-1011.00", "100,100,100,100",
    "show", "x" * 300, "\u0000", "<script>", "'", '"', "gender", "status", "a_study", "table_1",
    "..", "../../etc/passwd",
)  # fmt: skip
NAMES = (
    "soc",
    "filters",
    "filterBy",
    "breakdown",
    "coarse",
    "age",
    "minYear",
    "maxYear",
    "q",
    "release",
    "callback",
    "x",
)
SIGNS = ("=", "=", "=", "=", "==", "", "&")


def question(chance):
    """An address: a path of the register, its varying parts and parameters right, wrong, twice or not there."""
    endpoint = chance.choice(ENDPOINTS)
    known = [one.name for one in endpoint.parameters] or list(NAMES)
    parts = [chance.choice(VALUES) if part.startswith("{") else part for part in endpoint.path.split("/")]
    pairs = [
        f"{chance.choice(known if chance.random() < 0.8 else NAMES)}{chance.choice(SIGNS)}{chance.choice(VALUES)}"
        for _ in range(chance.randrange(5))
    ]
    if "soc" in known and chance.random() < 0.7:
        pairs.insert(0, f"soc={chance.choice(('4135', '2412', '1115'))}")
    before = chance.choice(("", "", "", "/releases/first", "/releases/none"))
    return f"{before}{'/'.join(parts)}?{'&'.join(pairs)}"


def asked(door, count, seed):
    """Statuses of as many questions; every body is JSON, a call or a table."""
    chance, found = random.Random(seed), {}
    for _ in range(count):
        address = question(chance)
        reply = ask(
            door, address.encode("utf-8").decode("latin-1"), chance.choice(("GET", "GET", "GET", "HEAD", "POST"))
        )
        assert reply is None or reply.status in (200, 204, 304, 400, 404, 405, 414), (address, reply)
        if reply is not None:
            found[reply.status] = found.get(reply.status, 0) + 1
            if reply.kind == b"application/json":
                body = json.loads(reply.body)
                assert reply.status == 200 or "error" in body, address
    return found


def test_no_question_is_a_fault_of_ours(door):
    found = asked(door, 3_000, seed=1)
    assert min(found[200], found[400], found[404], found[405]) > 100, found


@pytest.mark.long
def test_nor_is_any_of_a_hundred_thousand(door):
    assert sum(asked(door, 100_000, seed=2).values()) > 90_000
