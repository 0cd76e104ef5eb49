"""Valid files of every kind that is read from outside, small, invented: what the mutations begin with."""

import bz2
import gzip
import io
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import pyreadstat
import xlsxwriter

from fuzzing.run import Seed
from mobility.storage import write_parquet
from timing import ROOT

SPROUT = Path(__file__).parent / "sprout"
PEOPLE = pd.DataFrame(
    {"id": [1, 1, 2, 2, 3], "year": [1, 2, 1, 2, 1], "job": [1, 2, 2, 2, 1], "pay": [1.5, 2, 3, 4, 5]}
)
MAPPING = """file: {file}
person: id
wave: year
missing: ["-9"]
variables:
  state: {{column: job, kind: category, labels: {{1: top, 2: low}}}}
  pay: {{column: pay, kind: amount}}
"""
WAVE = pd.DataFrame(
    {
        "pidp": [680000001, 680000041, 1632000049, 16777217],
        "a_ivfio": [1, 1, 2, 1],
        "a_jbstat": [2, 3, -7, 7],
        "a_jbsoc00_cc": [211, -8, -7, -8],
        "a_words": ["x", "yy", "", "é"],
    }
)
QUARTER = pd.DataFrame(
    {
        "CASENOP": [10012014010101, 10012014010102, 10012014020101],
        "AGE": [27, 25, 16],
        "NSECMJ10": [1, 7, -9],
        "SM_NSEC10": [3.1, 12.6, -9.0],
        "HOURPAY": [12.5, -9.0, -8.0],
        "PWT18": [700, 800, 900],
    }
)
LONG = "{layout: long, file: m.csv, year: year, origin: o, destination: d, moves: n, by: {group: g}}\n"
SQUARE = "{layout: square, file: m.csv, year: 2016}\n"
DETAILED = "{layout: detailed, file: m.csv, year: 2017, by: [sex, age]}\n"
FLOWS = {
    "long": (LONG, 'Notes\no,d,n,g,year\nE06000001,E06000002,"1,234",a,2011\nE06000002,E06000001,7,b,2011\nSource\n'),
    "square": (SQUARE, "Notes,,\n,,E06000001,E06000002\nE06000001,a,,2\nE06000002,b,3,-\n,All,3,2\n"),
    "detailed": (DETAILED, "OutLA,InLA,Age,Sex,Moves\nE06000001,E06000002,0,M,1.25\nE06000002,E06000001,34,F,0.5\n"),
}
STATISTICS = {
    "birth_summary_tables_2016.csv": "Births\n\nArea code,Area name,Total Fertility Rate (TFR)\n"
    "E12000001,NORTH EAST,1.77\nE06000001,Hartlepool,1.91\nE07000190,Taunton,:\nSource: ONS,,\n",
    "country_of_birth_2016.csv": "Area Code,Area Name,All,CI +/-,United Kingdom,CI +/-,Non-United Kingdom,CI +/-\n"
    'E06000001,Hartlepool,92,3,90,3,2,1\nE07000190,Taunton Deane,"1,110",3,832.5,3,277.5,1\n',
    "unemployment_model_based.csv": "DATE_NAME,GEOGRAPHY_CODE,ITEM_NAME,MEASURES_NAME,OBS_VALUE\n"
    "Jan 2016-Dec 2016,E06000001,Unemployment rate,Rate,8.1\nJan 2017-Dec 2017,E07000190,Unemployment rate,Rate,3.2\n",
    "gva_by_local_authority.csv": "GVA,,,,\nRegion,LAD code,LA name,2016,2017\n"
    'South West,E07000190,Taunton Deane,"2,500.5",2600\nNorth East,E06000001,Hartlepool,1500,1550\n',
    "series_d7bt.csv": '"Title","CPI INDEX 00: ALL ITEMS 2015=100"\n"CDID","D7BT"\n"2016","100.7"\n"2017","103.4"\n',
    "hpssa_dataset12_mean_price.csv": "Table,,,,\nLocal authority code,Local authority name,Year ending Dec 2016\n"
    'E06000001,Hartlepool,"126,000"\nE06000053,Isles of Scilly,:\n',
}
VACANCIES = [["Oct-Dec 2001", "", 602, 1520, 2.5], ["Nov- Jan 2002", "", 605, 1518, 2.5], ["", "", "x", 1.5, ""]]


def stata(frame: pd.DataFrame, version: int) -> bytes:
    """A Stata file of a version (114 to 119)."""
    return _by_file("x.dta", lambda path: frame.to_stata(path, write_index=False, version=version))


def spss(frame: pd.DataFrame, packed: bool = False, plain: bool = False) -> bytes:
    """An SPSS file with labels, or a plain one."""
    labels = {} if plain else {"column_labels": [f"label of {name}" for name in frame], "variable_value_labels": _WORDS}
    name = "x.zsav" if packed else "x.sav"
    return _by_file(name, lambda path: pyreadstat.write_sav(frame, str(path), compress=packed, **labels))


_WORDS = {"a_ivfio": {1: "full", 2: "proxy"}}


def parquet(frame: pd.DataFrame, **options: object) -> bytes:
    """A Parquet file."""
    stream = io.BytesIO()
    frame.to_parquet(stream, **options)
    return stream.getvalue()


def text(frame: pd.DataFrame, divider: str = ",", encoding: str = "utf-8", **options: object) -> bytes:
    """A text file of cells."""
    return frame.to_csv(sep=divider, index=False, **options).encode(encoding)


def workbook() -> bytes:
    """An .xlsx workbook with the sheet of vacancies."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    page = book.add_worksheet("VACS01")
    for row, cells in enumerate(VACANCIES, start=6):
        page.write_row(row, 0, cells)
    book.close()
    return stream.getvalue()


def _by_file(name: str, write: Callable[[Path], object]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / name)
        return (Path(folder) / name).read_bytes()


def project(folder: Path, linked: tuple[str, ...] = ("workflow", "sources", "resources", "examples")) -> None:
    """A project around what a target spoils, by links to the checkout, with the study `sprout`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in linked:
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(SPROUT, folder / "studies/sprout")


def config(folder: Path) -> list[Seed]:
    """`config.yaml` as shipped, of fewer studies."""
    project(folder)
    lines = (ROOT / "config.yaml").read_text(encoding="utf-8").splitlines()
    own = {"studies:": "studies: [sprout, region_moves]", "  ukhls: {": "  ukhls: a-c", "  lfs: {": "  lfs: 2014Q3"}
    kept = [next((own[start] for start in own if line.startswith(start)), line) for line in lines]
    return [Seed("config.yaml", "\n".join(kept).encode())]


def study(folder: Path) -> list[Seed]:
    """Every spec file and group file of the study, and its mapping."""
    project(folder)
    files = sorted([*SPROUT.rglob("*.yaml"), *SPROUT.rglob("groups/*.csv")])
    return [Seed(f"studies/sprout/{path.relative_to(SPROUT)}", path.read_bytes()) for path in files]


def registers(folder: Path) -> list[Seed]:
    """Registers of sources of each kind, the longest shortened."""
    project(folder, ("workflow", "resources"))
    shutil.copytree(ROOT / "sources", folder / "sources")
    seeds = []
    for source in ("ukhls", "lfs", "ons_flows", "series", "ons_ls"):
        for path in sorted((ROOT / "sources" / source).iterdir()):
            if path.suffix in (".yaml", ".csv") and "planted" not in path.name and path.name != "catalogue.csv":
                seeds.append(Seed(f"sources/{source}/{path.name}", path.read_bytes()))
    return seeds


def mapped(folder: Path) -> list[Seed]:
    """A study's own file in each form, in folders of their own, each with its mapping."""
    forms = {
        "comma/p.csv": text(PEOPLE),
        "semicolon/p.csv": text(PEOPLE, ";"),
        "tab/p.tsv": text(PEOPLE, "\t"),
        "wide/p.csv": text(PEOPLE, encoding="utf-16"),
        "named/p.csv": text(PEOPLE, quoting=2),
        "packed/p.csv.gz": gzip.compress(text(PEOPLE), mtime=0),
        "pressed/p.csv.bz2": bz2.compress(text(PEOPLE)),
        "parquet/p.parquet": parquet(PEOPLE),
        "stata/p.dta": stata(PEOPLE, 118),
    }
    for place in forms:
        _mapping_of(folder, place)
    return [Seed(place, data) for place, data in forms.items()]


def mappings(folder: Path) -> list[Seed]:
    """Mappings of a study's own file and of moves."""
    seeds = [Seed("people/mapping.yaml", MAPPING.format(file="p.csv").encode())]
    (folder / "people").mkdir(parents=True)
    (folder / "people/p.csv").write_bytes(text(PEOPLE))
    for name, (mapping, rows) in FLOWS.items():
        (folder / name).mkdir()
        (folder / name / "m.csv").write_text(rows, encoding="utf-8")
        seeds.append(Seed(f"{name}/mapping.yaml", mapping.encode()))
    return seeds


def _mapping_of(folder: Path, place: str) -> None:
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    (path.parent / "mapping.yaml").write_text(MAPPING.format(file=path.name), encoding="utf-8")


def texts(_: Path) -> list[Seed]:
    """Text files of cells, as any reader of them meets them."""
    forms = {"a.csv": text(PEOPLE), "b.csv": text(PEOPLE, ";"), "c.csv": text(PEOPLE, "\t", "utf-16")}
    return [Seed(name, data) for name, data in forms.items()] + [Seed("d.csv.gz", gzip.compress(text(PEOPLE), mtime=0))]


def parquets(_: Path) -> list[Seed]:
    """Parquet files with and without packing, with texts and gaps."""
    more = PEOPLE.assign(words=["x", None, "é", "", "y"], day=pd.Timestamp("2020-01-01"))
    forms = [parquet(PEOPLE), parquet(more, compression="zstd"), parquet(more.astype({"words": "category"}))]
    return [Seed(f"{at}.parquet", data) for at, data in enumerate(forms)]


def waves(forms: tuple[str, ...]) -> Callable[[Path], list[Seed]]:
    """A wave of the panel in each of the forms, in a folder of its own."""
    return partial(_waves, forms)


def _waves(forms: tuple[str, ...], _: Path) -> list[Seed]:
    made = {
        "dta": [stata(WAVE, version) for version in (114, 117, 118)],
        "sav": [spss(WAVE), spss(WAVE.drop(columns="a_words"), plain=True)],
        "zsav": [spss(WAVE, packed=True)],
        "tab": [text(WAVE, "\t"), text(WAVE, "\t", "utf-8-sig"), text(WAVE, "\t", "latin-1")],
    }
    return [Seed(f"{form}{at}/a_indresp.{form}", data) for form in forms for at, data in enumerate(made[form])]


def quarters(_: Path) -> list[Seed]:
    """A quarter of the Labour Force Survey."""
    return [
        Seed("dta/lfsp_js14_eul_pwt18.dta", stata(QUARTER, 118)),
        Seed("tab/lfsp_js14_eul_pwt18.tab", text(QUARTER, "\t")),
        Seed("sav/lfsp_js14_eul_pwt18.sav", spss(QUARTER, plain=True)),
    ]


def extracts(_: Path) -> list[Seed]:
    """An extract of the Longitudinal Study."""
    rows = "\n".join(f"{at},1991,30,10,1,1,1,0,1,0,2,E12000001,{area},-9,-9,1,4,0.1,0.3" for at, area in _MEMBERS)
    return [Seed("ls_extract.csv", f"{_LS_HEAD}\n{rows}\n".encode())]


_MEMBERS = ((1, "E12000001"), (2, "E12000007"), (3, "W92000004"))
_LS_HEAD = (
    "ls_member,adult_census,age,child_age,sex,ethnicity,country_of_birth,limiting_illness,marital_status,degree,tenure,"
    "child_region,adult_region,father_class,mother_class,activity,occupation_class,region_unemployment,"
    "region_professionals"
)


def flows(folder: Path) -> list[Seed]:
    """Moves in each layout."""
    for name, (mapping, _) in FLOWS.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "mapping.yaml").write_text(mapping, encoding="utf-8")
    return [Seed(f"{name}/m.csv", rows.encode()) for name, (_, rows) in FLOWS.items()]


def statistics(_: Path) -> list[Seed]:
    """Statistics of areas as their publishers lay them out."""
    return [Seed(f"{at}/{name}", rows.encode()) for at, (name, rows) in enumerate(STATISTICS.items())]


def series(_: Path) -> list[Seed]:
    """Published series: text and a workbook."""
    packaged = (ROOT / "resources/series/ons_vacs01_uk_2001_2023.csv").read_text(encoding="utf-8").splitlines()
    tidy = (ROOT / "resources/series/smc_son23_series.csv").read_text(encoding="utf-8").splitlines()
    poverty = [line for line in tidy if line.startswith(("indicator", "DR12"))]
    return [
        Seed("a/ons_vacs01_uk_2001_2023.csv", "\n".join(packaged[:20]).encode()),
        Seed("b/smc_son23_series.csv", "\n".join(poverty[:15]).encode()),
        Seed("c/vacs01.xlsx", workbook()),
    ]


def made(_: Path) -> list[Seed]:
    """What a run makes and reads again: frames, cells, losses, provenance, records."""
    cells = "study,table,row,column,value,note\nsprout,moves,low,top,0.25,\nsprout,moves,low,low,,'=x\n"
    return [
        Seed("panel.parquet", _by_file("panel.parquet", partial(write_parquet, PEOPLE))),
        Seed("cells.csv", cells.encode()),
        Seed("provenance.yaml", b"source: table\naccess: open\nwaves: [1, 2]\nfiles:\n- {name: p.csv, sha256: abc}\n"),
        Seed("record.json", b'{"moves": ["key", "abc"], "persons": ["key", "def"]}\n'),
    ]
