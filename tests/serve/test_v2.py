"""Answers of v2: what a number is, whether it is told, what stands beside it, and that shapes are those described."""

import csv
import math
from dataclasses import replace

import numpy as np
import pytest

from asking import ask, headers_of, told
from mobility.serve import models
from mobility.serve.register import ENDPOINTS, METRICS, OWN
from mobility.serve.shelf import Opened

V2 = "/api/v2"


def test_pay_with_median_deciles_and_the_national_mean(door):
    found = told(door, f"{V2}/pay?soc=4135&gender=2")
    assert found["release"] == {
        "id": "first", "date": "2026-01-01", "title": "Invented data: no finding", "synthetic": True,
        "sources": ["Invented for tests"], "current": True,
    }  # fmt: skip
    assert found["filters"] == {"gender": ["2"], "status": ["1"]}
    assert found["assumed"] == {"status": "full-time, since no status was asked for"}
    year = found["series"][0]
    mean = 310  # 300 + 100 / 12, told to ten pounds
    assert year["value"] == mean
    assert year["median"] == pytest.approx(0.9 * mean, rel=1e-6)
    assert year["deciles"]["p90"] == pytest.approx(0.9 * mean * math.exp(1.2815515655 * 0.459), rel=1e-6)
    assert year["national"]["value"] == 360, "all occupations, of the same status: 350 + 100 / 12 to ten pounds"
    assert (year["error"], year["std_error"]) == ("modelled, no error known", None)


def of_2013(door, path):
    """The value and verdict of 2013."""
    (found,) = [one for one in told(door, f"{V2}/{path}")["series"] if one["year"] == 2013]
    return found["value"], found["verdict"], found["reason"]


def test_several_codes_say_nothing_that_each_of_them_does_not(door):
    """Else every set of regions would be one more equation in the jobs and pay of a region that is refused."""
    jobs = [of_2013(door, f"employment?soc=4135&status=1&region={code}")[0] for code in (1, 2)]
    pay = [of_2013(door, f"pay?soc=4135&region={code}")[0] for code in (1, 2)]
    assert (jobs, pay) == ([3_500, 3_500], [450, 350])  # 70 * 3 * 2 * 9 jobs, of which half with 100 pounds more
    assert of_2013(door, "employment?soc=4135&status=1&region=1,2")[0] == sum(jobs)
    assert of_2013(door, "pay?soc=4135&region=1,2")[0] == 400
    split = told(door, f"{V2}/pay?soc=4135&region=1,2&breakdown=gender&minYear=2013&maxYear=2013")["series"][0]
    assert [one["value"] for one in split["items"]] == [450, 350], "400 and 500 of men, 300 and 400 of women"


def test_several_codes_are_refused_where_one_of_them_is_and_all_of_them_are_no_filter(door):
    """2412 has 162 jobs in each of twelve regions: 1,782 in eleven, from which the twelfth would follow."""
    eleven, twelve = (",".join(map(str, range(1, last))) for last in (12, 13))
    value, verdict, reason = of_2013(door, f"employment?soc=2412&region={eleven}")
    assert (value, verdict) == (None, "none")
    assert "one of these codes has below 1,000 jobs by itself" in reason
    assert of_2013(door, f"employment?soc=2412&region={twelve}") == of_2013(door, "employment?soc=2412")
    assert of_2013(door, f"pay?soc=2412&region={eleven}")[1] == "none"


def test_what_is_rounded_says_to_what_and_why(door):
    assert told(door, f"{V2}/pay?soc=4135")["told_to"] == 10
    meta = told(door, f"{V2}/meta")
    assert {one["name"]: one["told_to"] for one in meta["datasets"]} == {"employment": 1000, "pay": 10, "hours": 1}
    assert "fewer than 1,000 jobs" in meta["rounding"]


def test_an_explicit_status_is_not_assumed(door):
    assert told(door, f"{V2}/pay?soc=4135&status=2")["assumed"] == {}
    assert told(door, f"{V2}/employment?soc=4135")["assumed"] == {}


def test_a_refused_number_says_why_and_what_would_be_answered(door):
    found = told(door, f"{V2}/pay?soc=2412&region=3&gender=1")
    assert {(one["value"], one["verdict"]) for one in found["series"]} == {(None, "none")}
    assert found["coarser"][0]["query"].startswith("soc=2412&")
    for offer in found["coarser"]:
        again = told(door, f"{V2}/pay?{offer['query']}")["series"][-1]
        assert again["value"] == offer["value"]


def test_no_difference_of_two_answers_gives_back_a_refused_cell(door):
    """Modelled jobs are told as the middle of their thousand: a total less its told parts tells no small part."""
    found = told(door, f"{V2}/employment?soc=4135&breakdown=region")["series"]
    values = {item["value"] for year in found for item in year["items"] if item["value"]}
    assert {value % 1000 for value in values} == {500}


def test_a_part_of_a_breakdown_at_an_age_is_what_its_filter_gives(door):
    """Of full-time women there is a curve that is above nothing from 25 on, of men none."""
    for age, known in ((20, False), (30, True)):
        year = told(door, f"{V2}/pay?soc=4135&age={age}&breakdown=gender")["series"][-1]
        men, women = (one["value"] for one in year["items"])
        assert men is None and (women is not None) == known
        alone = told(door, f"{V2}/pay?soc=4135&age={age}&gender=2", 200 if known else 400)
        assert not known or alone["series"][-1]["value"] == women


def test_ages_and_codes_together_are_those_of_what_is_told_of_each(door):
    """At 65 it is 1.1 of what is told: 450 and 350 of regions, 400 of both, 310 of women where the mean is 308.33."""
    of_both = told(door, f"{V2}/pay?soc=4135&age=65&breakdown=region&region=1,2")["series"][0]["items"]
    alone = [of_2013(door, f"pay?soc=4135&age=65&region={code}")[0] for code in (1, 2)]
    assert [one["value"] for one in of_both] == alone == [500, 390]
    assert of_2013(door, "pay?soc=4135&age=65&region=1,2")[0] == 440
    assert of_2013(door, "pay?soc=4135&age=65&gender=2")[0] == 340


def test_a_cell_without_jobs_is_refused_like_a_small_one(door, monkeypatch):
    """That nobody works there would say more than that it is below 1,000; of whom nobody's pay is known it is said."""
    loaded = door.shelf.now.loaded

    def without(*place):
        own = [replace(cube, array=np.array(cube.array)) for cube in loaded.cubes["pay"]]
        for cube in own:
            cube.array[(loaded.places["4135"], *place)] = 0
        shelf = Opened(replace(loaded, cubes={**loaded.cubes, "pay": own}))
        monkeypatch.setattr(door.shelf, "now", shelf)
        return [of_2013(door, f"pay?soc=4135&region={code}")[1] for code in ("3", "3,4")]

    region = (2,)
    assert without(*region) == ["none", "none"]
    assert without() == ["unknown", "unknown"]


def test_a_breakdown_names_its_codes(door):
    found = told(door, f"{V2}/employment?soc=4131&breakdown=status&minYear=2013&maxYear=2013")
    assert [one["code"] for one in found["series"][0]["items"]] == ["1", "2", "3"]
    assert found["breakdown"] == "status"
    chosen = told(door, f"{V2}/employment?soc=4131&breakdown=region&region=1,2&minYear=2013&maxYear=2013")
    assert [one["code"] for one in chosen["series"][0]["items"]] == ["1", "2"]


def test_projections_say_so(door):
    found = told(door, f"{V2}/employment?soc=4131")["series"]
    assert {one["year"]: one["projected"] for one in found} == {
        2010: False,
        2013: False,
        2014: False,
        2015: False,
        2020: True,
    }


def test_a_card_has_everything_in_one_answer(door):
    card = told(door, f"{V2}/card?soc=4135&region=1")
    assert card["occupation"]["tasks"] == ["First task", "Second task"]
    assert card["pay"]["series"] == told(door, f"{V2}/pay?soc=4135&region=1")["series"]
    assert card["replacement"]["rate"] == 0.4
    other = told(door, f"{V2}/card?soc=2413")
    assert other["replacement"] == {"error": "not loaded in this release", "dataset": "replacement demand"}


def test_search_meta_release_and_releases(door):
    found = told(door, f"{V2}/search?q=Assistant,%20library&limit=1")
    assert (found["found"][0]["soc"], found["found"][0]["matched"]) == ("4135", "Library assistant")
    meta = told(door, f"{V2}/meta")
    assert [one["name"] for one in meta["datasets"]] == ["employment", "pay", "hours"]
    assert {"code": "2", "name": "Female"} in meta["dimensions"][3]["codings"]
    about = told(door, f"{V2}/release")
    assert (len(about["regions"]), about["measures"]) == (12, ["pay", "hours", "employment"])
    assert told(door, f"{V2}/releases")["releases"][0]["current"] is True


@pytest.mark.parametrize(
    "address",
    [
        "/search?q=lawyer", "/occupations/4135", "/pay?soc=4135", "/pay?soc=2412&region=3&gender=1", "/hours?soc=4131",
        "/employment?soc=4135&breakdown=gender", "/replacement?soc=4135", "/card?soc=4131", "/meta", "/release",
        "/unemployment?soc=4135", "/unemployment?soc=4131",
    ],
)  # fmt: skip
def test_answers_have_the_shapes_that_the_explorer_shows(door, address):
    path = address.partition("?")[0].replace("4135", "{soc}")
    model = models.BY_PATH[f"{V2}{path}"]
    assert model.model_validate(told(door, f"{V2}{address}")).release.id == "first"


@pytest.mark.parametrize("path", ["/health", "/releases", "/api/v2/releases", "/releases/{release}/progress"])
def test_paths_about_the_server_have_their_shapes_too(door, path):
    body = told(door, path.replace("{release}", "first"))
    assert models.BY_PATH[path].model_validate(body).model_dump() == body


def test_every_path_of_v2_and_about_the_server_is_described_with_a_shape(door):
    paths = door.pages.openapi()["paths"]
    for path, about in paths.items():
        if path.startswith("/api/v2") or path in OWN:
            kind = "text/plain" if path == METRICS else "application/json"
            assert about["get"]["responses"]["200"]["content"][kind]["schema"], path
    assert {*OWN, *(one.path for one in ENDPOINTS)} == set(paths)


def test_the_rate_of_unemployment_and_the_persons_behind_it_are_numbers(door):
    assert told(door, f"{V2}/unemployment?soc=4135")["series"] == [{"year": 2015, "value": 3.25, "persons": 100}]
    assert told(door, f"{V2}/unemployment?soc=4131")["series"] == [{"year": 2015, "value": None, "persons": None}]


def test_a_card_of_a_region_in_a_release_without_regions_says_so_in_each_part(door, monkeypatch):
    loaded = door.shelf.now.loaded
    measures = {
        name: replace(one, held={key: codes for key, codes in one.held.items() if key != "region"})
        for name, one in loaded.index.measures.items()
    }
    monkeypatch.setattr(door.shelf, "now", Opened(replace(loaded, index=replace(loaded.index, measures=measures))))
    card = told(door, f"{V2}/card?soc=4135&region=1")
    assert card["occupation"]["title"] == "Library clerks and assistants"
    assert card["pay"] == {"error": "not loaded in this release", "dataset": "pay by region"}
    assert card["employment"] == {"error": "not loaded in this release", "dataset": "jobs by region"}
    assert told(door, f"{V2}/card?soc=4135")["pay"]["series"]
    assert told(door, f"{V2}/card?soc=4135&region=13", 400)["parameter"] == "region"


def test_tables_of_invented_data_say_so_in_a_release_of_real_numbers(door, monkeypatch):
    loaded = door.shelf.now.loaded
    monkeypatch.setattr(door.shelf, "now", Opened(replace(loaded, manifest=replace(loaded.manifest, synthetic=False))))
    for address in ("/tables/a_study", "/tables/a_study/table_1", "/tables/a_study/table_1?format=csv"):
        reply = ask(door, address)
        assert headers_of(reply)["x-synthetic"] == "true", address
        assert b'"synthetic":true' in reply.body or b",first,true\n" in reply.body, address
    assert "x-synthetic" not in headers_of(ask(door, f"{V2}/pay?soc=4135"))


def test_tables_as_json_and_csv_with_flags_verdicts_and_sources(door):
    assert told(door, "/tables")["studies"][0]["tables"] == ["table_1"]
    assert told(door, "/tables/a_study")["tables"][0]["at"] == "/tables/a_study/table_1"
    table = told(door, "/tables/a_study/table_1")
    women, men = table["cells"]
    assert (women["value"], women["published"], women["verdict"]) == (0.5, 0.51, "within_sampling_error")
    assert (men["value"], men["flag"], men["note"]) == (None, "suppressed", "too few")
    assert table["study"]["synthetic"] is True
    reply = ask(door, "/tables/a_study/table_1?format=csv")
    rows = list(csv.DictReader(reply.body.decode().splitlines()))
    assert reply.body.startswith(b"study,table,row,column,statistic,choice,value")
    assert [(row["row"], row["flag"], row["release"], row["synthetic"]) for row in rows] == [
        ("women", "", "first", "true"), ("men", "suppressed", "first", "true"),
    ]  # fmt: skip
    assert headers_of(reply)["x-release"] == "first"
    assert b'"parameter":"callback"' in ask(door, "/tables/a_study/table_1?format=csv&callback=f").body
    assert told(door, "/tables/a_studdy/table_1", 404)["nearest"] == ["a_study"]
    assert told(door, "/tables/a_study/table_2", 404)["error"].startswith("table: `table_2`")
