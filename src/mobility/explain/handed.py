"""`mobility list`, `export` and `cite`: names to type, a table in a form of one's own, what to cite behind it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from io import StringIO
from pathlib import Path

from mobility.errors import ConfigError, DataError, nearest
from mobility.explain.delivered import provenance_of
from mobility.explain.listing import headed, list_studies, table_id
from mobility.render.citing import Source, bibtex, ris, sentences, sources_of, sources_of_study
from mobility.render.formats import typed_formats
from mobility.render.pages import laid_out
from mobility.render.table import Run, Table, origin_of
from mobility.settings import Study, load_config, load_study
from mobility.settings.identifiers import (
    Identifier,
    identifiers,
    identifiers_of_studies,
    identifiers_of_table,
)
from mobility.storage import read_yaml

TEXT, JSON, CSV = "text", "json", "csv"
LIST_FORMATS = (TEXT, JSON, CSV)
CITE_FORMATS = (TEXT, "bibtex", "ris")
MANIFEST = Path("results/checks/manifest.yaml")


def list_text(root: Path, study: str | None, table: str | None, form: str = TEXT) -> str:
    """What one can type: the studies, what is in one, or the rows and columns of a table of one.

    form : text in columns, or json or csv with every field of `Identifier`.

    Raises
    ------
    ConfigError
        No such study or table; the message names the nearest.
    """
    config = load_config(root)
    if study is None:
        return _as(form, identifiers_of_studies(root, config), lambda: list_studies(root, config, "list"))
    loaded = load_study(root, study, config.choices.get(study))
    if table is None:
        found = identifiers(loaded)
        head, after = f"{study}: {loaded.about.title}", f"Next: mobility list {study} TABLE"
    else:
        name = table_id(loaded, table)
        spec, found = loaded.tables[name], identifiers_of_table(loaded, name)
        head = f"{name}, {spec.number} of {study}: {spec.title}"
        after = f"Next: mobility explain {study} {name} ROW COLUMN, or mobility export {study} {name}"
    return _as(form, found, lambda: "\n".join([head, *headed(found), after]))


def _as(form: str, found: Sequence[Identifier], text: Callable[[], str]) -> str:
    if form == TEXT:
        return text()
    records = [asdict(one) for one in found]
    if form == JSON:
        return json.dumps(records, ensure_ascii=False, indent=1)
    import csv

    stream = StringIO()
    writer = csv.DictWriter(stream, [field.name for field in fields(Identifier)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return stream.getvalue().rstrip("\n")


def export_table(root: Path, study: str, table: str, form: str, output: Path | None, published: bool) -> Path:
    """Write a released table in a form of the register `formats`; gives its path.

    form : the word of a format (`typed`). output : by default the table's name here, with the ending of the form.
    published : with the published values beside ours, where the report prints them.

    Raises
    ------
    ConfigError
        No such study, table or form, or a file that ends as another form. A sample is told how samples are written.
    DataError
        The table was not released yet.
    """
    formats = typed_formats()
    if form not in formats:
        raise ConfigError(f"--format: `{form}`; {nearest(form, list(formats))}.")
    found = _table(root, study, table)
    ending = Path(formats[form].place).suffix
    path = output or Path(found.id + ending)
    if path.is_dir():
        raise ConfigError(f"--output: {path} is a folder. Name a file in it: --output {path / (found.id + ending)}.")
    if path.suffix and path.suffix != ending:
        raise ConfigError(
            f"--output: {path} ends as another form than {form}, which ends in {ending}. "
            f"Write --output {path.with_suffix(ending)}, or another --format."
        )
    formats[form].write_table(found, path, published)
    return path


def cite_text(root: Path, study: str, table: str | None, form: str = TEXT) -> str:
    """What to cite behind a study or a table of it, as sentences, BibTeX or RIS."""
    if table is not None:
        sources = sources_of(_table(root, study, table))
    else:
        config = load_config(root)
        loaded = load_study(root, study, config.choices.get(study))
        origin = origin_of(loaded.about, provenance_of(root, config, loaded))
        sources = sources_of_study(loaded.about, origin, run_of(root))
    writers: Mapping[str, Callable[[Sequence[Source]], str]] = {TEXT: _plain, "bibtex": bibtex, "ris": ris}
    return writers[form](sources).rstrip("\n")


def _plain(sources: Sequence[Source]) -> str:
    return "\n".join(f"{term}: {text}" for term, text in sentences(sources))


def _table(root: Path, study: str, table: str) -> Table:
    """A released table, with the run that made it."""
    config = load_config(root)
    loaded = load_study(root, study, config.choices.get(study))
    name = _known(loaded, table)
    released = root / "results/released" / study
    if not (released / f"{name}.csv").is_file():
        raise DataError(f"{released / f'{name}.csv'} is not there. Run `make report` first.")
    return replace(laid_out(loaded, [name], released, provenance_of(root, config, loaded))[name], run=run_of(root))


def _known(study: Study, table: str) -> str:
    """Id of a table; a sample that is taken for one is told how it is written."""
    try:
        return table_id(study, table)
    except ConfigError as error:
        if table in study.samples:
            raise ConfigError(
                f"`{table}` is a sample of {study.name}, and its rows are restricted data. "
                f"`mobility export {study.name} --sample {table}` writes its analysis file."
            ) from error
        raise


def run_of(root: Path) -> Run:
    """When and by which commit the numbers of the last run were made; empty before one has ended."""
    if not (root / MANIFEST).is_file():
        return Run()
    record = read_yaml(root / MANIFEST)
    return Run(str(record["times"]["written"])[:10], str(record["project"]["commit"]))
