"""Every path of the true service that public clients show is answered, or says why not.

`lmi_endpoints.csv` is a list of what clients call, made from public client code for this project (own words, facts):
paths, parameters and fields. A row of it names one path or several.
"""

import csv
import json
import re

import pytest

from asking import ask
from mobility.serve.register import ENDPOINTS
from paths import SHARED, TESTS

LIST = TESTS / "serve/lmi_endpoints.csv"
ORIGINAL = SHARED / "reference/lmi/endpoints.csv"
EXAMPLES = {
    "soc": "4135", "name": "gender", "filter": "gender", "breakdownBy": "gender", "onet": "11-1011.00", "region": "1",
    "q": "lawyer", "weights": "100,100,100,100", "skills": "2.A.1.a", "area": "CV4 7AL", "keywords": "nurse",
}  # fmt: skip
# Fields of the first object of an answer, of rows whose answers the small release holds.
FIELDS = {
    "soc/search": {"soc", "title", "description", "qualifications", "tasks", "add_titles"},
    "soc/code/{soc}": {"soc", "title", "description", "qualifications", "tasks", "add_titles"},
    "ashe/estimatePay": {"soc", "series"},
    "ashe/estimateHours": {"soc", "series"},
    "ashe/annualChanges": {"annual_changes"},
    "ashe/filter/{name}": {"name", "codings"},
    "ashe/estimate": {"years"},
    "wf/predict": {"soc", "predictedEmployment"},
    "wf/predict/breakdown/{filter}": {"soc", "breakdown", "predictedEmployment"},
    "wf/replacement_demand": {"soc", "start_year", "end_year", "rate"},
    "wf/filters/info/{name}": {"name", "description", "coding"},
    "lfs/unemployment": {"soc", "years"},
    "lfs/weeklypay": {"soc", "years"},
    "lfs/weeklypay/breakdown/{breakdownBy}": {"soc", "breakdownBy", "series"},
    "lfs/filters/info/{name}": {"name", "description", "coding"},
    "o-net/soc2onet/{soc}": {"soc", "onetCodes"},
    "o-net/onet2soc": {"onetCode", "socCodes"},
    "o-net/skills/{onet}": {"scales"},
    "o-net/interests/{onet}": {"scales"},
    "o-net/reversematch": {"selection", "results"},
    "onet/levels/{soc}": {"soc", "infotype", "skills"},
    "onet/importance/{soc}": {"soc", "infotype", "skills"},
    "onet/skills": {"shortname", "description"},
}
LISTS_OF_TEXT = ("ashe/filters", "wf/filters", "lfs/filters")


def paths():
    """Every path of the list."""
    with LIST.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [path.strip() for row in rows for path in row["path_under_api_v1"].split(",")]


@pytest.mark.parametrize("path", paths())
def test_a_path_answers_or_says_why_not(door, path):
    register = {one.path: one for one in ENDPOINTS}
    endpoint = register[f"/api/v1/{path}"]
    address = re.sub(r"\{(\w+)\}", lambda part: EXAMPLES[part[1]], endpoint.path)
    query = "&".join(f"{one.name}={EXAMPLES[one.name]}" for one in endpoint.parameters if one.name in EXAMPLES)
    reply = ask(door, f"{address}?{query.replace(' ', '%20')}" if query else address)
    body = json.loads(reply.body)
    assert reply.status == 200
    if path not in FIELDS and path not in LISTS_OF_TEXT and not path.endswith("/all"):
        assert body["error"] == "not loaded in this release"
        assert body["dataset"]
        return
    first = body[0] if isinstance(body, list) else body
    assert first, "something is told"
    assert path not in FIELDS or FIELDS[path] <= set(first)


def test_the_list_has_every_path_of_the_register():
    ours = {one.path.removeprefix("/api/v1/") for one in ENDPOINTS if one.version == "v1"}
    assert ours == set(paths())


@pytest.mark.skipif(not ORIGINAL.is_file(), reason="the original does not lie beside this checkout")
def test_the_copy_is_the_original():
    assert LIST.read_bytes() == ORIGINAL.read_bytes()
