"""Deliveries of moves and statistics in the layouts of their publishers, a few areas each, values by hand."""

import runpy
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml

from flow_folder import (
    ANGLESEY,
    BIRTHS,
    GVA,
    HARTLEPOOL,
    SOMERSET_WEST,
    TAUNTON,
    change,
    message_of,
    values,
)
from mobility.errors import SpecError
from mobility.flows.provenance import delivery_provenance
from mobility.flows.register import load_flow_source, years_of
from mobility.intake.losses import breaks, panel_chain
from mobility.storage import read_parquet


# What is read
def test_moves_are_summed_to_bands_of_five_years(read, folder):
    panel = read(folder).panel
    found = values(panel, "moves", "year", "origin", "destination", "sex", "age")
    assert found == {
        (2017, HARTLEPOOL, TAUNTON, "male", 0): 1.75,  # 1.25 + 0.5
        (2017, HARTLEPOOL, TAUNTON, "male", 5): 2.0001,
        (2017, HARTLEPOOL, "S92000003", "female", 30): 0.125,
        (2017, ANGLESEY, HARTLEPOOL, "female", 90): 1.75,  # 1.5 + 0.25
        (2017, TAUNTON, ANGLESEY, "female", 85): 3,
        (2018, HARTLEPOOL, SOMERSET_WEST, "female", 20): 1,
        (2018, SOMERSET_WEST, HARTLEPOOL, "male", 20): 2,
    }


def test_the_frame_is_that_of_the_contract(read, folder):
    panel = read(folder).panel
    assert list(panel) == ["measure", "year", "origin", "destination", "group", "sex", "age", "value"]
    kinds = {name: str(kind) for name, kind in panel.dtypes.items()}
    assert (kinds["year"], kinds["age"], kinds["value"]) == ("int16", "Int16", "float64")
    assert {kinds[name] for name in ("measure", "origin", "destination", "group", "sex")} == {"category"}
    assert panel["group"].isna().all()
    keys = ["measure", "year", "origin", "destination", "group", "sex", "age"]
    pd.testing.assert_frame_equal(panel, panel.sort_values(keys, kind="stable", ignore_index=True))
    statistics = panel[panel["measure"] != "moves"]
    assert statistics["destination"].isna().all()
    assert statistics[statistics["measure"] != "population"][["sex", "age"]].isna().all().all()
    assert not panel["value"].isna().any()


def test_population_by_sex_and_single_year_of_age(read, folder):
    found = values(read(folder).panel, "population", "year", "origin", "sex", "age")
    assert len(found) == 3 * 3 * 2 * 91
    assert found[2016, SOMERSET_WEST, "male", 0] == 1
    assert found[2018, ANGLESEY, "male", 90] == 91
    assert found[2018, ANGLESEY, "female", 45] == 100


def test_statistics_of_areas(read, folder):
    panel = read(folder).panel
    assert values(panel, "fertility", "year", "origin") == {
        (year, area): rate for year in (2016, 2017) for area, rate in ((HARTLEPOOL, 1.91), (TAUNTON, 1.97))
    }
    born = values(panel, "non_uk_born", "year", "origin")
    assert born[2016, TAUNTON] == 0.25  # 277.5 of 1,110
    assert born[2017, HARTLEPOOL] == pytest.approx(2 / 92)
    assert len(born) == 4
    residents = values(panel, "residents", "year", "origin")  # the whole of that share, thousands
    assert (residents[2016, TAUNTON], residents[2017, ANGLESEY], len(residents)) == (1110, 69, 6)
    assert values(panel, "unemployment", "year", "origin") == {
        (2016, HARTLEPOOL): 8.1,
        (2017, HARTLEPOOL): 7.5,
        (2017, TAUNTON): 3.2,
    }
    gva = values(panel, "gva", "year", "origin")
    assert (gva[2016, TAUNTON], gva[2018, HARTLEPOOL], len(gva)) == (2500.5, 1600, 6)
    deflator = panel[panel["measure"] == "deflator"]
    assert deflator["year"].tolist() == [2015, 2016, 2017]  # 2015 is none that the moves need: it is of Table 6
    assert deflator["value"].tolist() == [100.0, 100.7, 103.4]
    assert deflator["origin"].isna().all()
    houses = values(panel, "house_price", "year", "origin")
    assert houses == {(2016, HARTLEPOOL): 126_000, (2017, HARTLEPOOL): 128_500}
    assert values(panel, "imd_score", "year", "origin") == {(2010, HARTLEPOOL): 33.4}
    assert values(panel, "mobility_rank", "year", "origin") == {(2017, HARTLEPOOL): 284}


def test_the_report_has_a_row_a_file_and_year(read, folder):
    report = read(folder).report.query("measure != 'residents'").set_index(["file", "year"])
    moves = report.loc[("detailed_estimates", 2017)]
    assert (moves["vintage"], moves["rows"], moves["areas"]) == ("2017", 8, 3)
    assert report.loc[("detailed_estimates", 2018), "vintage"] == "2019"
    assert report.loc[("country_of_birth", 2016), ["rows", "areas", "suppressed"]].tolist() == [2, 2, 1]
    assert report.loc[("house_prices", 2016), ["areas", "suppressed"]].tolist() == [1, 1]
    assert report.loc[("population_by_age_sex", 2016), ["rows", "areas", "vintage"]].tolist() == [546, 3, "2019-2022"]
    assert report.loc[("deflator", 2017), ["rows", "areas", "vintage"]].tolist() == [1, 0, ""]


def test_losses_add_up(read, folder):
    losses = read(folder).losses
    assert breaks(losses) == []
    dropped = losses.set_index(["step", "reason"])["rows_dropped"]
    assert dropped["read 2017", "within one area (i = j)"] == 1
    assert dropped["read births 2016", "whole counties, regions and countries, and other countries"] == 3
    assert dropped["read births 2016", "suppressed by the publisher"] == 1
    assert dropped["read country_of_birth 2017", "whole counties, regions and countries, and other countries"] == 2
    assert dropped["read unemployment", "another item"].tolist() == [1, 1]  # a level, a confidence interval
    summed = losses[(losses["step"] == "read 2017") & (losses["reason"] == "summed to pairs by sex and age band")]
    assert summed[["rows_dropped", "unit"]].to_numpy().tolist() == [[0, "pairs by sex and age band"]]


def test_the_chain_of_the_panel_leads_from_every_row_read_to_its_rows(read, folder):
    """Files and years that are read side by side: one chain, whose ends are counted independently of it."""
    delivery = read(folder)
    chain = panel_chain(delivery.losses)
    assert chain[0]["rows_in"] == delivery.losses.loc[delivery.losses["reason"] == "rows read", "rows_in"].sum()
    assert chain[-1]["rows_out"] == len(delivery.panel)
    assert breaks(pd.DataFrame(chain)) == []


def test_a_file_of_another_encoding_and_a_mark_of_utf_8(read, folder):
    path = next(folder.rglob("birth_summary_tables_2016.csv"))
    path.write_bytes(BIRTHS.replace("Isle of Anglesey", "Ynys Môn").encode("cp1252"))
    path = next(folder.rglob("gva*.csv"))
    path.write_bytes(b"\xef\xbb\xbf" + GVA.split("\n", 1)[1].encode())
    panel = read(folder).panel
    assert values(panel, "fertility", "year", "origin")[2016, HARTLEPOOL] == 1.91
    assert values(panel, "gva", "year", "origin")[2016, HARTLEPOOL] == 1500


def test_only_what_is_asked_for_is_read(read, folder):
    delivery = read(folder, years=(2017,), required=("births",))
    assert set(delivery.panel["measure"]) == {"moves", "fertility"}
    assert set(values(delivery.panel, "fertility", "year")) == {(2016,), (2017,)}
    assert len(delivery.paths) == 4


def test_provenance(read, folder, source):
    record = delivery_provenance(read(folder), source)
    assert (record["source"], record["wave_word"], record["waves"]) == ("ons_flows", "year", [2017, 2018])
    assert record["synthetic"] is False
    assert {"file", "sha256", "access"} == set(record["files"][0])
    assert len(record["files"]) == 4 + 3 + 2 + 2 + 6
    (folder / "synthetic.yaml").write_text("seed: 1\n")
    assert delivery_provenance(read(folder), source)["synthetic"] is True


# Rows of several areas
CORNWALL, SCILLY = "E06000052", "E06000053"


def test_a_rate_of_several_areas_holds_for_each(read, folder):
    row = f'"{CORNWALL}, {SCILLY}",Cornwall and Isles of Scilly,"5,162",1.78\n'
    change(folder, "birth*2016*", "E06000001,Hartlepool", f"{row}E06000001,Hartlepool")
    delivery = read(folder)
    found = values(delivery.panel, "fertility", "year", "origin")
    assert (found[2016, CORNWALL], found[2016, SCILLY], found[2016, HARTLEPOOL]) == (1.78, 1.78, 1.91)
    losses = delivery.losses
    assert breaks(losses) == []
    lines = losses[losses["reason"] == "of several areas, given to each"]
    assert lines["step"].tolist() == ["read births 2016"]
    assert (lines["rows_out"] - lines["rows_in"]).tolist() == [1] and lines["unit"].tolist() == ["values of one area"]


def test_a_count_of_several_areas_is_a_problem(read, folder):
    change(folder, "gva*", "E06000001,Hartlepool", f'"{CORNWALL}, {SCILLY}",Cornwall and Scilly')
    message = message_of(read, folder)
    assert (
        f"gva_by_local_authority.csv: one row for several areas: `{CORNWALL}, {SCILLY}`. A count cannot be" in message
    )
    assert "1 problem" in message


def test_every_statistic_is_a_registered_table(source):
    tables = {item.file for item in source.files if item.layout == "table"}
    assert set(source.read) == tables - {"area_classification"}


def test_waves_are_years(project):
    assert years_of(("2014", "2016")) == (2014, 2016)
    path = project / "sources/ons_flows/waves.csv"
    path.write_text(path.read_text() + "x,\n")
    with pytest.raises(SpecError, match=r"waves\.csv: wave `x` is no year, as waves of moves are"):
        load_flow_source(project, "ons_flows")


# The step of a run
def test_the_step_writes_panel_losses_report_and_provenance(root, project, folder, tmp_path):
    outputs = {"panel": "panel.parquet", "losses": "l.csv", "delivery": "d.csv", "provenance": "p.yaml"}
    wanted = {"folders": (str(folder),), "waves": ("2017", "2018"), "required": ("births",), "optional": ("gva",)}
    job = SimpleNamespace(
        params=SimpleNamespace(
            request={"root": root, "source": "ons_flows", "place": "ons_flows", **wanted}, code="code"
        ),
        output=SimpleNamespace(**{name: str(tmp_path / file) for name, file in outputs.items()}),
        log=[str(tmp_path / "read.log")],
    )
    runpy.run_path(str(root / "workflow/scripts/read.py"), init_globals={"snakemake": job})
    panel = read_parquet(tmp_path / "panel.parquet")
    assert set(panel["measure"]) == {"moves", "fertility", "gva"}
    assert str(panel["age"].dtype) == "Int16"
    assert yaml.safe_load((tmp_path / "p.yaml").read_text())["waves"] == [2017, 2018]
    assert len(pd.read_csv(tmp_path / "d.csv")) == 2 + 2 + 3
