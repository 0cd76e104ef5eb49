"""Answers of v1 against hand calculation on the cells of the small release (`small_release`)."""

from dataclasses import replace

import pytest

from asking import ask, headers_of, told
from mobility.serve import v1
from small_release import ascending, cells_of

INVENTED = {"release": "first", "synthetic": True}
V1 = "/api/v1"
# Full-time pay of 2013: men 400, women 300 with as many jobs each, and 100 more in one of twelve regions.
FULL_TIME = {2013: 350 + 100 / 12, 2014: 360 + 100 / 12, 2015: 370 + 100 / 12}


def test_pay_is_of_full_time_employees_to_ten_pounds_and_ascends(door):
    found = told(door, f"{V1}/ashe/estimatePay?soc=4135")
    series = [{"year": year, "estpay": round(pay, -1)} for year, pay in FULL_TIME.items()]
    assert found == {"soc": 4135, "series": series, **INVENTED}
    assert [one["estpay"] for one in found["series"]] == [360, 370, 380]
    assert all(isinstance(one["estpay"], int) for one in found["series"])


def test_filters_pick_cells_and_the_shape_of_early_clients(door):
    assert (
        told(door, f"{V1}/ashe/estimatePay?soc=4135&filters=gender:2%7Cregion:1|status:2")["series"][0]["estpay"] == 350
    )
    assert told(door, f"{V1}/ashe/estimate?soc=4135&filters=gender:1")["years"][0] == {"year": 2013, "estpay": 410}
    both = told(door, f"{V1}/ashe/estimatePay?soc=4135&filters=status:1,2")["series"][0]
    assert both["estpay"] == round(350 + 100 / 12 - 25, -1), "full-time and part-time have as many jobs here"


def test_a_breakdown_carries_the_code_under_its_own_name(door):
    found = told(door, f"{V1}/ashe/estimatePay?soc=2413&breakdown=gender")["series"]
    assert found[0] == {"year": 2013, "breakdown": [{"gender": 1, "estpay": 410}, {"gender": 2, "estpay": 310}]}
    status = told(door, f"{V1}/ashe/estimateHours?soc=2413&breakdown=status")["series"][0]["breakdown"]
    assert status == [{"status": 1, "hours": 38}, {"status": 2, "hours": 38}], "37.5, whole in v1"


def test_coarse_answers_with_the_two_digit_group(door):
    assert told(door, f"{V1}/ashe/estimatePay?soc=4135&coarse=true")["soc"] == 41
    jobs = told(door, f"{V1}/wf/predict?soc=4135&coarse=true&minYear=2013&maxYear=2013")
    cells = 3 * 12 * 2 * 3 * 9
    assert jobs["predictedEmployment"] == [{"year": 2013, "employment": (270 * cells) // 1000 * 1000 + 500.0}]


def test_jobs_by_default_from_the_last_year_to_six_on(door):
    found = told(door, f"{V1}/wf/predict?soc=4131")["predictedEmployment"]
    assert [one["year"] for one in found] == [2015, 2020]
    assert ascending(one["employment"] for one in found)


def test_jobs_ahead_go_on_to_the_first_projection_where_none_lies_within_six_years(door, monkeypatch):
    loaded = door.shelf.now.loaded
    jobs = replace(loaded.index.measures["employment"], latest=2013)
    index = replace(loaded.index, measures={**loaded.index.measures, "employment": jobs})
    monkeypatch.setattr(v1, "AHEAD", 0)
    years = v1.predicted(replace(loaded, index=index), {"soc": "4131"})["predictedEmployment"]
    assert [one["year"] for one in years] == [2013, 2014]


def test_jobs_by_a_dimension_name_their_codes(door):
    found = told(door, f"{V1}/wf/predict/breakdown/gender?soc=4131&minYear=2013&maxYear=2013")
    half = 200 * 3 * 12 * 3 * 9
    item = {"employment": half // 1000 * 1000 + 500.0}
    expected = [{"code": 1, "name": "Male", **item}, {"code": 2, "name": "Female", **item}]
    assert found["predictedEmployment"] == [{"year": 2013, "breakdown": expected}]


def test_few_jobs_are_noted_and_fewer_refused_with_what_would_be_answered(door):
    noted = told(door, f"{V1}/wf/predict/breakdown/region?soc=2419&minYear=2013&maxYear=2013")
    assert "1,000 to 10,000 jobs" in noted["note"], f"{cells_of('2419', 2013) * 162:.0f} jobs a region"
    refused = told(door, f"{V1}/ashe/estimatePay?soc=2412&filters=region:3|gender:1")
    assert "series" not in refused
    assert "below 1,000 jobs no reliable data" in refused["error"]
    assert "the two-digit group 24, Business professionals" in refused["coarser"]


def test_change_of_pay_is_in_per_cent_of_the_year_before(door):
    found = told(door, f"{V1}/ashe/annualChanges?soc=2413")["annual_changes"]
    assert found == [
        {"year": year, "change": round(100 * (FULL_TIME[year] / FULL_TIME[year - 1] - 1), 1)} for year in (2014, 2015)
    ]


def test_no_coarser_question_is_offered_where_no_two_years_stand_in_a_row(door):
    assert told(door, f"{V1}/ashe/annualChanges?soc=2412&filters=region:3|gender:1") == {
        "soc": 2412, "error": "No two years in a row have a number.", **INVENTED,
    }  # fmt: skip


def test_change_of_pay_as_printed_where_print_has_it(door):
    assert told(door, f"{V1}/ashe/annualChanges?soc=4135")["annual_changes"] == [{"year": 2015, "change": 2.1}]


def test_pay_at_an_age_is_the_ratio_of_its_group(door):
    """Of the pay that is told of all ages: 358.33 is told as 360, which is 396 at 65, where 358.33 has 394."""
    ages = {age: told(door, f"{V1}/ashe/estimatePay?soc=4135&age={age}")["series"][0]["estpay"] for age in (20, 65)}
    assert ages == {20: 180, 65: 400}
    assert told(door, f"{V1}/ashe/estimatePay?soc=2413&age=30", 400)["parameter"] == "age"


def test_no_pay_is_told_where_a_curve_of_age_falls_below_nothing(door):
    assert told(door, f"{V1}/ashe/estimatePay?soc=4135&filters=gender:2&age=20", 400)["parameter"] == "age"
    assert told(door, f"{V1}/ashe/estimatePay?soc=4135&filters=gender:2&age=30")["series"][0]["estpay"] > 0


def test_replacement_and_unemployment(door):
    assert told(door, f"{V1}/wf/replacement_demand?soc=4135") == {
        "soc": 4135, "start_year": 2015, "end_year": 2016, "rate": 0.4, **INVENTED,
    }  # fmt: skip
    rates = told(door, f"{V1}/lfs/unemployment?soc=4135")["years"]
    assert rates == [{"year": 2015, "unemprate": 3.25}]
    assert "error" in told(door, f"{V1}/lfs/unemployment?soc=4131")


def test_early_weekly_pay(door):
    assert told(door, f"{V1}/lfs/weeklypay?soc=4135&minYear=2014&maxYear=2014")["years"] == [
        {"year": 2014, "weekpay": 370}
    ]
    found = told(door, f"{V1}/lfs/weeklypay/breakdown/gender?soc=4135&minYear=2013&maxYear=2013")
    assert (found["breakdownBy"], found["series"][0]) == (
        "gender",
        {"breakCode": 1, "breakName": "Male", "years": [{"year": 2013, "weekpay": 410}]},
    )


def test_names_and_codes_of_filters(door):
    assert told(door, f"{V1}/ashe/filters") == ["industry", "region", "gender", "status", "qualification"]
    gender = {"name": "gender", "codings": [{"name": "Male", "value": 1}, {"name": "Female", "value": 2}]}
    assert told(door, f"{V1}/ashe/filter/gender")["codings"] == gender["codings"]
    assert {**gender, **INVENTED} in told(door, f"{V1}/ashe/filters/all")
    assert told(door, f"{V1}/wf/filters/info/gender")["coding"][1] == {"code": 2, "description": "Female"}


def test_texts_and_search(door):
    text = told(door, f"{V1}/soc/code/4135")
    assert (text["soc"], text["tasks"], text["add_titles"][1]) == (4135, "First task;\n Second task", "Assistant 4135")
    assert [one["soc"] for one in told(door, f"{V1}/soc/search?q=lawyer")] == [2419, 2413, 2412]
    assert [one["soc"] for one in told(door, f"{V1}/soc/search?q=library")] == [4135]
    assert [one["soc"] for one in told(door, f"{V1}/soc/search?q=4135")] == [4135], "a code is an answer too"
    beside = [one["soc"] for one in told(door, "/api/v2/search?q=library")["found"] if not one["matched"]]
    assert beside == ["4131"], "v2 names the groups beside it too, without a title that was found"
    assert told(door, f"{V1}/soc/search?q=", 400)["error"].startswith("q: is missing")
    assert told(door, f"{V1}/soc/search?q=%20!", 400)["parameter"] == "q"


def test_onet(door):
    linked = told(door, f"{V1}/o-net/soc2onet/4135")["onetCodes"]
    assert [one["code"] for one in linked] == ["43-4121.00", "25-4031.00"]
    assert linked[0]["data_available"] == {"skills": True, "abilities": False, "interests": False}
    assert {
        "onetCode": "11-1011.00",
        "socCodes": [{"soc": 1115, "title": "Chief executives and senior officials"}],
        **INVENTED,
    } in told(door, f"{V1}/o-net/onet2soc")
    scales = told(door, f"{V1}/o-net/skills/43-4121.00")["scales"]
    assert scales[0] == {
        "id": "LV",
        "skills": [
            {"id": "2.A.1.a", "name": "Reading Comprehension", "value": 3.0},
            {"id": "2.A.1.b", "name": "Active Listening", "value": 2.0},
        ],
    }
    levels = told(door, f"{V1}/onet/levels/4135")["skills"]
    assert levels == [
        {"name": "Reading Comprehension", "score": 3.5, "rank": 1},
        {"name": "Active Listening", "score": 1.5, "rank": 2},
    ]
    best = told(door, f"{V1}/o-net/reversematch?weights=100,100,100,100&skills=2.A.1.b")
    assert best["results"][0] == {"title": "Chief Executives", "likely_soc_codes": [1115]}
    assert told(door, f"{V1}/o-net/abilities/43-4121.00")["error"] == "not loaded in this release"


def test_jsonp_any_origin_and_the_release_in_the_headers(door):
    every = told(door, f"{V1}/soc/search?q=lawyer") + told(door, f"{V1}/o-net/onet2soc")
    assert {(one["release"], one["synthetic"]) for one in every} == {("first", True)}, "lists say so in each object"
    reply = ask(door, f"{V1}/ashe/estimatePay?soc=4135&callback=show.pay")
    assert reply.body.startswith(b'/**/show.pay({"soc":4135')
    assert reply.body.endswith(b");")
    assert reply.kind == b"application/javascript"
    assert headers_of(reply)["x-release"] == "first"
    assert headers_of(reply)["x-synthetic"] == "true"
    assert told(door, f"{V1}/ashe/estimatePay?soc=4135&callback=alert(1)", 400)["parameter"] == "callback"
    for query in ("soc=9999&callback=f", "callback=f&soc=4135&filter=gender:1"):
        wrong = ask(door, f"{V1}/ashe/estimatePay?{query}")
        assert (wrong.status, wrong.kind) == (200, b"application/javascript"), "nor of a 400"
        assert wrong.body.startswith(b'/**/f({"error":') and wrong.body.endswith(b'"status":400});')
    assert ask(door, f"{V1}/ashe/estimatePay?soc=9999&callback=f&callback=g").status == 400
    absent = ask(door, "/api/v2/replacement?soc=2413&callback=f")
    assert (absent.status, absent.kind) == (200, b"application/javascript"), "browsers run no script of a 404"
    assert b'"error":"not loaded in this release"' in absent.body


@pytest.mark.parametrize("soc", ["2413", "4135"])
def test_cells_and_cubes_give_the_same_mean(door, soc):
    """A question by industry and qualification is summed from the cells, one without from the cubes."""
    every = "industry:1,2,3|qualification:1,2,3,4,5,6,7,8,9"
    plain = told(door, f"/api/v2/pay?soc={soc}")["series"]
    summed = told(door, "/api/v2/pay?soc=" + soc + "".join(f"&{one.replace(':', '=')}" for one in every.split("|")))[
        "series"
    ]
    assert [one["value"] for one in summed] == pytest.approx([one["value"] for one in plain], rel=1e-6)
