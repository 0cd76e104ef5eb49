"""The careerometer as a folder: its pages, numbers and titles as files that a browser opens without a server."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mobility.errors import DataError
from mobility.releases.layout import SEARCH
from mobility.serve import v2
from mobility.serve.search.find import read_said
from mobility.serve.search.index import TEXT, Index, texts_of
from mobility.serve.shelf import Shelf
from mobility.storage import write_text

STATIC = Path(__file__).with_name("widget")
MEASURES = ("pay", "hours", "employment")
UK = ""  # the place asked for where no region is
MARK = "data.js"  # what a folder of ours holds beside the static files

Card = Mapping[str, Any]


def write_release(releases: Path, release: str | None, folder: Path) -> str:
    """Write the careerometer of a release, by default the promoted one; its name. Raises as `Shelf`, `write_folder`."""
    loaded = Shelf(releases, release).now.loaded
    about = {"release": loaded.header, **v2.release(loaded, {})}
    places = [UK, *(region["code"] for region in about["regions"])]
    cards = {place: list(v2.cards(loaded, place or None).values()) for place in places}
    write_folder(about, cards, Index.load(loaded.folder / SEARCH), folder)
    return loaded.manifest.id


def write_folder(about: Mapping[str, Any], cards: Mapping[str, Sequence[Card]], index: Index, folder: Path) -> None:
    """Write the careerometer into a folder that is empty, or holds an earlier one of its kind.

    about : the answer of /api/v2/release; cards : by place, `UK` or the code of a region, the answers of /api/v2/card
    for the same occupations in the same order. Raises `DataError` where the folder holds something else.
    """
    folder = Path(folder)
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise DataError(f"{folder}: is not empty and holds no careerometer. Choose an empty folder with --output.")
    numbers = pack(about, cards)
    folder.mkdir(parents=True, exist_ok=True)
    for source in sorted(STATIC.iterdir()):
        if source.name != "index.html":
            shutil.copyfile(source, folder / source.name)
    write_text(_script("careerometerTitles", titles(index)), folder / "titles.js")
    write_text(_script("careerometerData", numbers), folder / MARK)
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    write_text(page.replace("<script ", f'<script src="{MARK}"></script>\n<script ', 1), folder / "index.html")


def _script(name: str, content: Any) -> str:
    """A script that sets a name of the window: pages opened from disk may not read files, but may load scripts."""
    return f"window.{name} = {json.dumps(content, ensure_ascii=False, separators=(',', ':'))};\n"


def pack(about: Mapping[str, Any], cards: Mapping[str, Sequence[Card]]) -> dict[str, Any]:
    """Cards by place as numbers and shapes: most cards differ in their values only, so that words are said once."""
    shapes: dict[str, int] = {}

    def held(shape: Mapping[str, Any], values: Sequence[Any]) -> list[Any]:
        return [shapes.setdefault(json.dumps(shape, ensure_ascii=False), len(shapes)), *values]

    def parts(card: Card) -> list[list[Any]]:
        return [*(held(*_measure(card[name])) for name in MEASURES), held(*_flow(card["replacement"]))]

    packed = {place: [parts(card) for card in own] for place, own in cards.items()}
    told = ("soc", "title", "description", "tasks")
    return {
        "about": about,
        "occupations": [{key: card["occupation"].get(key) for key in told} for card in cards[UK]],
        "shapes": [json.loads(shape) for shape in shapes],
        "cards": packed,
    }


def _measure(part: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    """The shape of a measure's part of a card and its values; one coarser answer, of the same occupation first."""
    if "error" in part:
        return {"error": part["error"]}, []
    kept = ("year", "verdict", "reason", "projected")
    series = [{key: year.get(key) for key in kept} | {"national": _national(year)} for year in part["series"]]
    offers = [one for one in part.get("coarser", ()) if one.get("value") is not None]
    wider = sorted(offers, key=lambda one: "coarse=true" in one.get("query", ""))[:1]
    values = [*(year["value"] for year in part["series"]), *(one["value"] for one in wider)]
    more = {name: part.get(name) for name in ("basis", "judged_by")}
    return {**more, "series": series, "coarser": [one["says"] for one in wider]}, values


def _national(year: Mapping[str, Any]) -> float | None:
    return (year.get("national") or {}).get("value")


def _flow(part: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    if "error" in part:
        return {"error": part["error"]}, []
    return {key: part[key] for key in ("start_year", "end_year", "rate")}, []


def titles(index: Index) -> dict[str, Any]:
    """The index of the search as `search.js` reads it: titles of each unit group by where they stand, a line each."""
    said = texts_of(index.said)
    bounds = zip(index.starts[:-1].tolist(), index.starts[1:].tolist(), strict=True)

    def lines(kind: int, start: int, stop: int) -> str:
        return "\n".join(said[at] for at in range(start, stop) if index.kinds[at] == kind)

    return {
        "groups": list(zip(index.socs.tolist(), index.names.tolist(), strict=True)),
        "titles": [[lines(kind, start, stop) for kind in range(TEXT)] for start, stop in bounds],
        "words": " ".join(texts_of(index.words)),
        "stemOf": index.stem_of.tolist(),
        "doers": index.doers.tolist(),
        "said": [[word, " ".join(means)] for word, own in read_said().items() for means in own],
    }
