"""RO-Crate 1.1 metadata of a package: its files with hashes, what they were made from, with what and by whom."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from mobility.package.readme import Package, SourceStatement
from mobility.settings import Study
from mobility.settings.study import Report
from mobility.storage import read_yaml

METADATA = "ro-crate-metadata.json"
VERSION = "https://w3id.org/ro/crate/1.1"
# Terms that the context of 1.1 lacks.
CONTEXT = [f"{VERSION}/context", {"sha256": "https://schema.org/sha256"}]
WORKFLOW = "Snakefile"
RUN, PROJECT, SNAKEMAKE = "#run", "#mobility", "#snakemake"
LICENCES = {"MIT": "https://spdx.org/licenses/MIT"}
# Kinds of files by their endings, as IANA registers them or, where it does not, as they are usually written.
KINDS: Mapping[str, str] = {
    ".csv": "text/csv",
    ".css": "text/css",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".html": "text/html",
    ".js": "text/javascript",
    ".j2": "text/plain",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".gz": "application/gzip",
    ".lock": "text/plain",
    ".md": "text/markdown",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".py": "text/x-python",
    ".R": "text/x-r",
    ".rst": "text/x-rst",
    ".smk": "text/x-python",
    ".tex": "application/x-tex",
    ".svg": "image/svg+xml",
    ".toml": "application/toml",
    ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml",
    ".cff": "application/yaml",
    ".zip": "application/zip",
}
FOLDERS = {
    "results/released/": "Cells of every table that passed disclosure control",
    "reports/": "Pages, workbooks, documents and pictures made from the released cells",
    "studies/": "Samples, tables, models, figures and open choices of the studies",
    "sources/": "Registers of variables by wave",
    "resources/": "Open reference data",
    "src/": "The library",
    "workflow/": "The steps of the run",
}
Entity = dict[str, Any]


def crate(package: Package, contents: Mapping[str, bytes]) -> str:
    """`ro-crate-metadata.json` of a package.

    contents : every other file of the package by its name. The text depends on the package alone; dates are the run's.
    """
    names = sorted(contents)
    authors = _authors(package.root)
    entities = [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "about": _of("./"),
            "conformsTo": _of(VERSION),
        },
        _root(package, names, authors),
        *authors,
        {"@id": LICENCES["MIT"], "@type": "CreativeWork", "name": "MIT License", "identifier": "MIT"},
        *_reports(package.studies),
        *(_file(package, name, contents[name]) for name in names),
        *(_folder(folder, says, names) for folder, says in FOLDERS.items() if any(n.startswith(folder) for n in names)),
        *map(_source, package.sources),
        *_software(package),
        _run(package, names, authors),
    ]
    return json.dumps({"@context": CONTEXT, "@graph": entities}, ensure_ascii=False, indent=1) + "\n"


def _of(name: str) -> dict[str, str]:
    return {"@id": name}


def _root(package: Package, names: Iterable[str], authors: Iterable[Entity]) -> Entity:
    titles = "; ".join(study.about.title for study in package.studies)
    made_up = any(source.synthetic for source in package.sources)
    warning = " Numbers marked as synthetic were made from invented data: no person in them exists." if made_up else ""
    top = [name for name in names if not name.startswith(tuple(FOLDERS))]
    folders = [folder for folder in FOLDERS if any(name.startswith(folder) for name in names)]
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": "Replication package: studies of mobility in the UK",
        "description": f"Released results, specs and code, without data. Studies: {titles}.{warning}",
        "datePublished": package.record["times"]["written"],
        "license": _of(LICENCES["MIT"]),
        "author": [_of(author["@id"]) for author in authors],
        "citation": [_of(_report_id(study)) for study in package.studies if study.about.report.title],
        "hasPart": [_of(name) for name in [*folders, *top]],
        "mainEntity": _of(WORKFLOW),
        "mentions": [_of(RUN)],
    }


def _authors(root: Path) -> list[Entity]:
    """Authors of the project from CITATION.cff: persons, or an organisation by its name."""
    path = root / "CITATION.cff"
    named = read_yaml(path).get("authors", []) if path.is_file() else []
    found = []
    for place, author in enumerate(named, start=1):
        person = " ".join(filter(None, (author.get("given-names"), author.get("family-names"))))
        kind = "Person" if person else "Organization"
        identifier = author.get("orcid") or f"#author-{place}"
        found.append({"@id": identifier, "@type": kind, "name": person or author.get("name", "not named")})
    return found or [{"@id": "#author-1", "@type": "Organization", "name": "not named"}]


def _report_id(study: Study) -> str:
    return f"#report-{study.name}"


def _reports(studies: Iterable[Study]) -> list[Entity]:
    """The published works that the studies reproduce, and their authors' names."""
    return [_report(_report_id(study), study.about.report) for study in studies if study.about.report.title]


def _report(name: str, report: Report) -> Entity:
    return {
        "@id": name,
        "@type": "CreativeWork",
        "name": report.title,
        **({"creator": ", ".join(report.authors)} if report.authors else {}),
        **({"datePublished": str(report.year)} if report.year else {}),
        **({"publisher": report.publisher} if report.publisher else {}),
    }


def _file(package: Package, name: str, content: bytes) -> Entity:
    entity: Entity = {
        "@id": name,
        "@type": "File",
        "name": PurePosixPath(name).name,
        "contentSize": str(len(content)),
        "encodingFormat": KINDS.get(PurePosixPath(name).suffix, "text/plain"),
        "sha256": package.files[name],
    }
    if name == WORKFLOW:
        entity |= {
            "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
            "programmingLanguage": _of(SNAKEMAKE),
            "license": _of(LICENCES["MIT"]),
        }
    elif name.endswith((".py", ".smk", ".R")):
        entity["@type"] = ["File", "SoftwareSourceCode"]
    return entity


def _folder(folder: str, says: str, names: Iterable[str]) -> Entity:
    parts = [_of(name) for name in names if name.startswith(folder)]
    return {"@id": folder, "@type": "Dataset", "name": folder.rstrip("/"), "description": says, "hasPart": parts}


def _source(source: SourceStatement) -> Entity:
    """What was read: a contextual entity, since none of its files is in the package by this name."""
    numbers = [f"SN {number}" for number in source.numbers]
    return {
        "@id": f"#source-{source.place}",
        "@type": "Dataset",
        "name": source.label,
        "description": "Invented: no person in it exists." if source.synthetic else "As delivered by its publisher.",
        "conditionsOfAccess": source.access,
        **({"identifier": numbers} if numbers else {}),
        **({"creditText": source.citation} if source.citation else {}),
    }


def _software(package: Package) -> list[Entity]:
    told = package.record["software"]
    packages = told["packages"]
    return [
        {
            "@id": PROJECT,
            "@type": "SoftwareApplication",
            "name": "mobility",
            "softwareVersion": package.record["project"]["version"],
            "softwareRequirements": [_of("#python"), _of(SNAKEMAKE)],
            "license": _of(LICENCES["MIT"]),
        },
        {"@id": "#python", "@type": "SoftwareApplication", "name": "Python", "softwareVersion": told["python"]},
        {
            "@id": SNAKEMAKE,
            "@type": ["ComputerLanguage", "SoftwareApplication"],
            "name": "Snakemake",
            "version": packages.get("snakemake", "not known"),
        },
    ]


def _run(package: Package, names: Iterable[str], authors: Iterable[Entity]) -> Entity:
    """The run that made the released cells and reports; who ran it is who is named in CITATION.cff."""
    read = [_of(f"#source-{source.place}") for source in package.sources]
    specs = [
        _of(folder) for folder in ("studies/", "sources/", "resources/") if any(n.startswith(folder) for n in names)
    ]
    made = [_of(folder) for folder in ("results/released/", "reports/") if any(n.startswith(folder) for n in names)]
    return {
        "@id": RUN,
        "@type": "CreateAction",
        "name": "make report",
        "agent": [_of(author["@id"]) for author in authors],
        "instrument": [_of(WORKFLOW), _of(PROJECT)],
        "object": [*read, *specs, _of("config.yaml")],
        "result": made,
        "startTime": package.record["times"]["started"],
        "endTime": package.record["times"]["written"],
        "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
    }
