"""Texts of the 369 occupations, titles of the index, codes of other versions, and the links to O*NET."""

from pathlib import Path

import pandas as pd

from mobility.classify.onet import onet_2019_of
from mobility.classify.soc import OTHERS
from mobility.releases.layout import COLUMNS, ELEMENTS, LINKS, OCCUPATIONS, OTHER_CODES, SCORES, TITLES
from mobility.storage import read_register, write_csv_rows

FOLDER = "resources/classifications"
GROUP_TEXTS = f"{FOLDER}/soc2010_unit_group_texts.csv.gz"
INDEX_TITLES = f"{FOLDER}/soc2010_index_titles.csv.gz"
SKILLS = "examples/uk_occupations/data/onet29_skills.csv.gz"
INTERESTS = "resources/onet/onet29_interests.csv.gz"
ABILITIES = "resources/onet/onet_soc2010_abilities_importance.csv.gz"
OCCUPATION_TITLES = "resources/onet/onet29_occupations.csv"
ELEMENT_NAMES = "resources/onet/onet29_elements.csv"


def write_texts(root: Path, folder: Path) -> None:
    """Write the files of `texts/` of a release."""
    texts = read_register(root / GROUP_TEXTS)
    rows = texts[["soc2010", "title", "description", "entry_routes", "tasks", "related_job_titles"]]
    write_csv_rows(folder / OCCUPATIONS, COLUMNS[OCCUPATIONS], rows.itertuples(index=False))
    titles = read_register(root / INDEX_TITLES)[list(COLUMNS[TITLES])]
    titles = titles[titles["soc2010"].isin(set(texts["soc2010"]))]  # a title that needs more information has no code
    write_csv_rows(folder / TITLES, COLUMNS[TITLES], titles.itertuples(index=False))
    write_csv_rows(folder / OTHER_CODES, COLUMNS[OTHER_CODES], _other_codes(root))


def _other_codes(root: Path) -> list[tuple[str, str, str]]:
    """Codes that are of another version alone, and the unit groups of SOC2010 that they go to."""
    own = set(read_register(root / FOLDER / "soc2010_unit_groups.csv")["code"])
    found = []
    for version, (name, column) in OTHERS.items():
        table = read_register(root / FOLDER / f"{name}.csv")
        for code, part in table[~table[column].isin(own)].groupby(column):
            found.append((str(code), version, " ".join(sorted(set(part["soc2010_code"]) & own))))
    return found


def write_onet(root: Path, folder: Path) -> None:
    """Write the files of `onet/` of a release: links, elements, and scores of skills, abilities and interests."""
    names = read_register(root / OCCUPATION_TITLES).set_index("onetsoc_code")["title"]
    skills = read_register(root / SKILLS)
    links = onet_2019_of(root, set(skills["onetsoc_code"])).rename(columns={"soc2010": "soc"})
    links = links.assign(title=links["onet"].map(names), weight=links["weight"].map("{:.6g}".format))
    write_csv_rows(folder / LINKS, COLUMNS[LINKS], links[list(COLUMNS[LINKS])].itertuples(index=False))
    scores, elements = _scores(root, skills)
    write_csv_rows(folder / ELEMENTS, COLUMNS[ELEMENTS], elements.itertuples(index=False))
    write_csv_rows(folder / SCORES, COLUMNS[SCORES], scores.itertuples(index=False))


def _scores(root: Path, skills: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scores in the columns of `SCORES`, and the elements they are of."""
    names = read_register(root / ELEMENT_NAMES).set_index("element_id")["element_name"]
    interests = read_register(root / INTERESTS)
    interests = interests[interests["scale_id"] == "OI"]
    long = pd.concat(
        [
            _long(skills, "skills", "LV", "level"),
            _long(skills, "skills", "IM", "importance"),
            _long(interests, "interests", "OI", "data_value"),
            _long(_abilities(root), "abilities", "IM", "data_value"),
        ]
    ).sort_values(["onet", "kind", "scale", "id"])
    own = interests.drop_duplicates("element_id").set_index("element_id")["element_name"].to_dict()
    elements = long[["kind", "id"]].drop_duplicates().sort_values(["kind", "id"])
    named = {**names.to_dict(), **own}
    return long, elements.assign(name=[named.get(code, code) for code in elements["id"]])


def _abilities(root: Path) -> pd.DataFrame:
    """Importance of abilities by occupations of O*NET-SOC 2010; the file names elements and gives no ids."""
    table = read_register(root / ABILITIES)
    return table.rename(columns={"onetsoc2010_code": "onetsoc_code"}).assign(element_id=table["element_name"])


def _long(table: pd.DataFrame, kind: str, scale: str, column: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"onet": table["onetsoc_code"], "kind": kind, "scale": scale, "id": table["element_id"], "value": table[column]}
    )
