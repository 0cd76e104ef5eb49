"""Questions that are wrong: a 4xx that names the parameter, what was found, and what is allowed or nearest."""

import asyncio
import json

import pytest

from asking import ask, headers_of, served, told
from mobility.serve.guard import signed

PAY = "/api/v1/ashe/estimatePay"


@pytest.mark.parametrize(
    ("query", "parameter", "says"),
    [
        ("", "soc", "is missing"),
        ("soc=", "soc", "is missing"),
        ("soc", "soc", "without a value"),
        ("soc=9999", "soc", "not a four-digit unit group"),
        ("SOC=4135", "SOC", "Nearest: soc"),
        ("soc=4153", "soc", "Nearest: 4135"),
        ("soc=1111", "soc", "is of SOC2000 and goes to 2412; is of SOC2020 and goes to 1115. Ask"),
        ("soc=3520", "soc", "is of SOC2020 and goes to no unit group"),
        ("soc=413", "soc", "is a minor group, Minor group 413; ask for a unit group of it: 4131, 4135"),
        ("soc=41", "soc", "coarse=true"),
        ("soc=41355", "soc", "not a four-digit unit group"),
        ("soc=%C3%A9", "soc", "not a four-digit unit group"),
        ("soc=4135%zz", "soc", "escape"),
        ("soc=4135%ff", "soc", "escape"),
        ("soc=4135%00", "soc", "holds the character of number 0"),
        ("soc=4135&soc=4131", "soc", "stands twice"),
        ("soc=4135&filter=gender:1", "filter", "Nearest: filters"),
        ("soc=4135&Filters=gender:1", "Filters", "Nearest: filters"),
        ("soc=4135&filters=gender:1&filters=region:1", "filters", "stands twice"),
        ("soc=4135&filters=gender:1|gender:2", "filters", "`gender` stands twice"),
        ("soc=4135&filters=gender:1,1", "filters", "stands twice"),
        ("soc=4135&filters=gender", "filters", "not a filter `name:code`"),
        ("soc=4135&filters=sex:1", "filters", "`sex` is not a filter"),
        ("soc=4135&filters=gender:3", "filters", "Allowed: 1, 2"),
        ("soc=4135&filters=gender:", "filters", "Allowed: 1, 2"),
        ("soc=4135&filters=status:3", "filters", "a code of status that pay has"),
        ("soc=4135&filters=region:0", "filters", "`0` is not a code of region"),
        ("soc=4135&breakdown=sex", "breakdown", "Allowed: industry, region, gender"),
        ("soc=4135&coarse=yes", "coarse", "true or false"),
        ("soc=4135&age=15", "age", "from 20 to 65"),
        ("soc=4135&age=66", "age", "from 20 to 65"),
        ("soc=4135&age=2e1", "age", "from 20 to 65"),
        ("soc=4135&age=25coarse=false", "age", "from 20 to 65"),
        ("soc=4135&release=none", "release", "is not a release"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_allowed(door, query, parameter, says):
    body = told(door, f"{PAY}?{query}", 404 if parameter == "release" else 400)
    assert body["parameter"] == parameter
    assert says in body["error"]
    assert "series" not in body


def test_what_is_wrong_stands_in_fields_too(door):
    age = told(door, f"{PAY}?soc=4135&age=15", 400)
    assert (age["found"], age["allowed"]) == ("15", ["whole numbers from 20 to 65"])
    assert told(door, f"{PAY}?soc=4135%zz", 400)["found"] == "4135%zz"
    assert "/api/v2/search?q=" in told(door, f"{PAY}?soc=9999", 400)["hint"]
    for glued in ("gender:1;region:2", "gender:1,region:2", "gender=1"):
        assert "joined with `|`" in told(door, f"{PAY}?soc=4135&filters={glued}", 400)["hint"]
    assert told(door, "/health?x=1", 400)["error"] == "`x` is no parameter here. This path has none."


def test_a_missing_ampersand_is_guessed(door):
    assert "`&`" in told(door, f"{PAY}?soc=4135&age=25coarse=false", 400)["hint"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("soc=4135&minYear=2020&maxYear=2013", "minYear"),
        ("soc=4135&minYear=2021", "minYear"),
        ("soc=4135&minYear=2016&maxYear=2017", "minYear"),
        ("soc=4135&maxYear=2009", "maxYear"),
        ("soc=4135&minYear=20.1", "minYear"),
        ("soc=4135&minYear=99999999999", "minYear"),
    ],
)
def test_years_that_contradict_or_that_no_release_has(door, query, parameter):
    body = told(door, f"/api/v1/wf/predict?{query}", 400)
    assert body["parameter"] == parameter
    assert "has a number" not in body["error"] or "2010, 2013, 2014, 2015, 2020" in body["error"]


def test_paths_that_are_none_name_the_nearest(door):
    body = told(door, "/api/v1/ashe/estimatepay?soc=4135", 404)
    assert "/api/v1/ashe/estimatePay" in body["nearest"]
    assert "/releases" in told(door, "/releases/", 404)["nearest"]
    assert told(door, "/api/v1/wf/predict/breakdown/sex?soc=4135", 400)["parameter"] == "filter"
    assert told(door, "/api/v1/ashe/filter/sex", 404)["parameter"] == "name"
    assert told(door, "/api/v1/o-net/skills/11-1011", 400)["nearest"] == ["11-1011.00"]
    assert told(door, "/api/v1/soc/code/", 404)["error"].startswith("`/api/v1/soc/code/`")


def test_a_question_without_end_is_not_read(door):
    reply = ask(door, f"{PAY}?soc={'4' * 10_000_000}")
    assert reply.status == 414
    assert len(reply.body) < 200


def test_head_has_the_headers_of_get_and_other_methods_are_refused(door):
    head, get = ask(door, f"{PAY}?soc=4135", "HEAD"), ask(door, f"{PAY}?soc=4135")
    assert (head.status, head.headers) == (get.status, get.headers)
    for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE"):
        reply = ask(door, f"{PAY}?soc=4135", method)
        assert (reply.status, headers_of(reply)["allow"]) == (405, "GET, HEAD, OPTIONS")
        assert json.loads(reply.body)["error"].startswith(f"{method}: ")
    assert ask(door, PAY, "OPTIONS").status == 204


def test_an_unchanged_answer_is_not_sent_again(door):
    tag = headers_of(ask(door, f"{PAY}?soc=4135"))["etag"]
    again = ask(door, f"{PAY}?soc=4135", headers={"if-none-match": f'W/{tag}, "x"'})
    assert (again.status, again.body) == (304, b"")
    assert ask(door, f"{PAY}?soc=4135", headers={"if-none-match": '"other-0"'}).status == 200
    assert ask(door, f"{PAY}?soc=9999", headers={"if-none-match": tag}).status == 400


def test_what_has_no_body_has_no_length_either(door):
    sent = []

    async def send(message):
        sent.append(message)

    tag = headers_of(ask(door, f"{PAY}?soc=4135"))["etag"]
    scope = {"type": "http", "path": PAY, "query_string": b"soc=4135", "client": ("192.0.2.1", 1)}
    for method, headers in (("GET", [(b"if-none-match", tag.encode())]), ("OPTIONS", []), ("HEAD", [])):
        asyncio.run(door({**scope, "method": method, "headers": headers}, None, send))
    heads = [dict(message["headers"]) for message in sent if "status" in message]
    assert [message["status"] for message in sent if "status" in message] == [304, 204, 200]
    assert [b"content-length" in head for head in heads] == [False, False, True]
    assert {message["body"] for message in sent if "body" in message} == {b""}


def test_a_client_that_asks_too_often_waits(tmp_path):
    door = served(tmp_path)
    door.buckets.rate = 1.0
    assert [ask(door, f"{PAY}?soc=4135").status for _ in range(3)] == [200, 200, 429]
    reply = ask(door, f"{PAY}?soc=4135")
    assert int(headers_of(reply)["retry-after"]) >= 1
    assert ask(door, f"{PAY}?soc=4135&callback=f").status == 429, "a client that has to wait is told so by the status"
    assert ask(door, f"{PAY}?soc=4135", client="192.0.2.9").status == 200
    door.buckets.take("192.0.2.1", now=1e12)


def test_signed_requests(tmp_path):
    keys = tmp_path / "keys.json"
    keys.write_text('{"school": "a long secret"}')
    door = served(tmp_path, keys=str(keys), require_key=True)
    target = f"{PAY}?soc=4135"
    assert told(door, target, 401)["parameter"] == "authorization"
    import time

    date = str(int(time.time()))
    right = signed("a long secret", "GET", target, date)
    how = {"authorization": f"HMAC school:{right}", "x-date": date}
    assert told(door, target, headers=how)["soc"] == 4135
    for change in (
        {"authorization": f"HMAC school:{'0' * 64}"},
        {"authorization": f"HMAC other:{right}"},
        {"x-date": "0"},
    ):
        assert ask(door, target, headers={**how, **change}).status == 401
    assert ask(door, f"{PAY}?soc=4131", headers=how).status == 401, "signed for another question"
    door.buckets.rate = 1.0
    assert [ask(door, target, client="192.0.2.7").status for _ in range(3)] == [401, 401, 429], "who guesses waits"
    assert ask(door, target, headers=how, client="192.0.2.7").status == 200


def test_a_fault_of_ours_is_a_500_without_the_question(door, monkeypatch, capsys):
    monkeypatch.setattr(type(door.shelf.now.loaded), "measure", lambda *_: 1 / 0)
    body = told(door, f"{PAY}?soc=4135", 500)
    assert body == {"error": "The server failed at this question; it is in its log."}
    line = json.loads(capsys.readouterr().err)
    assert (line["level"], line["error"]) == ("error", "ZeroDivisionError")
    assert "4135" not in json.dumps(line)
