"""`mobility check`: what a delivery holds, what is wrong with it, and what each study would lose."""

from collections.abc import Sequence

from mobility.intake.check import CheckReport, report_of, wanted_variables
from mobility.intake.find import Folders, shown
from mobility.intake.register import VERIFIED
from mobility.panel.answers import waves_text
from mobility.panel.columns import find_columns
from mobility.panel.delivery import Delivery, examine
from mobility.panel.links import link_lines, linked_shares
from mobility.panel.provenance import access_of
from mobility.panel.register import Source, Variable
from mobility.panel.search import Catalogue, candidates, catalogue_of, column_text, register_line
from mobility.settings import Study


def check_delivery(
    folders: Folders, source: Source, letters: Sequence[str], studies: Sequence[Study], rows: str = ""
) -> CheckReport:
    """Look at a delivery as a run would, and settle the register's uncertain rows against its headers.

    Every problem of every wave is in the report; nothing is written. rows : the file whose rows the studies take, empty
    for the main file of the source; studies that take others stand in a report of their own.
    """
    own = [study for study in studies if (source.name, rows) in study.about.used]
    required = wanted_variables(own, source.name, "required", rows) or [source.spec["person"]]
    optional = wanted_variables(own, source.name, "optional", rows)
    delivery = examine(folders, source, letters, required, optional, rows)
    lines = [f"{source.spec['title']}", f"Folder: {shown(folders)}", ""]
    lines += [*_files(delivery, letters), *_others(delivery, source), ""]
    lines += link_lines(linked_shares(delivery.waves, source))
    lines += _studies(delivery, source, own, rows)
    lines += _settled(delivery, source)
    lines += access_of(delivery, source).lines if delivery.files else []
    return report_of(lines, delivery.problems, delivery.notes, folders, source.name)


def _files(delivery: Delivery, letters: Sequence[str]) -> list[str]:
    """One line a wave: file, rows, variables of the studies that it has."""
    by_wave = {data.wave.name: data for data in delivery.waves}
    paths = {item.wave: item.path for item in delivery.files if item.file == delivery.rows}
    lines = ["Waves:"]
    for letter in letters:
        if letter not in by_wave:
            lines.append(f"  {letter}  not read")
            continue
        data = by_wave[letter]
        lines.append(
            f"  {letter}  {paths[letter].name:<28} {data.rows:>8,} rows  {len(data.present):>3} variables wanted"
        )
    return lines


def _others(delivery: Delivery, source: Source) -> list[str]:
    """A line for each other file whose variables are merged onto the rows: waves, and who is not in it; the rest."""
    read = dict.fromkeys(item.file for item in delivery.files if item.file != delivery.rows)
    lines = []
    for file in sorted(read):
        key, waves = source.files[file]["key"], [item.wave for item in delivery.files if item.file == file]
        where = "one file of all waves" if waves == [""] else f"waves {source.order.text(waves)}"
        bare, unmet = delivery.unmatched.get(file, (0, 0))
        total = sum(data.rows for data in delivery.waves if file in data.unmatched)
        text = f"  {file:<9} {where}, by {key}: {bare:,} of {total:,} rows are not in it"
        lines.append(text + ("" if waves == [""] else f", {unmet:,} of its rows meet none"))
    unread = sorted({item.file for item in delivery.listed} - {*read, delivery.rows})
    lines += [f"  not read by these studies: {', '.join(unread)}"] if read and unread else []
    return ["", "Other files, merged onto these rows:", *lines] if lines else []


def _studies(delivery: Delivery, source: Source, studies: Sequence[Study], rows: str) -> list[str]:
    """What each study would lose: choices and results that rest on an optional variable absent in all or some waves."""
    lines = ["Studies:"]
    for study in studies:
        optional = wanted_variables([study], source.name, "optional", rows)
        lost = [name for name in optional if not any(name in data.present for data in delivery.waves)]
        partly = {name: delivery.lacking(name, source) for name in optional if name not in lost}
        state = "cannot run until the problems are mended" if delivery.problems else "can run"
        lines.append(f"  {study.name}: {state}")
        if lost and delivery.waves:
            lines.append(f"    without {', '.join(lost)}: choices that need them cannot be run")
        for waves in dict.fromkeys(waves for waves in partly.values() if waves):
            names = ", ".join(name for name, own in partly.items() if own == waves)
            lines.append(
                f"    without {names} in {waves_text(waves)}: what is made from it is unknown for everyone there, and "
                "models that use it lose these waves"
            )
    return lines


def _settled(delivery: Delivery, source: Source) -> list[str]:
    """The register's unconfirmed names against this delivery's headers; of those not found, what they may be."""
    asked, found = _unconfirmed(delivery, source)
    lines = ["", "Names that the register calls unconfirmed, against the headers of this delivery:"]
    whole = [variable for variable, waves in asked.items() if found[variable] == waves]
    lines.append(f"  found in every wave: {len(whole)}")
    absent = [variable for variable in asked if not found[variable]]
    for variable, waves in asked.items():
        if found[variable] and found[variable] != waves:
            lacking = ", ".join(wave for wave in waves if wave not in found[variable])
            lines.append(f"  {variable.name} ({variable.variable}): found, but not in {lacking}")
    lines.append(f"  not found: {len(absent)}")
    if not absent:
        return lines
    catalogue = catalogue_of([item for item in delivery.files if item.file == delivery.rows], source)
    for variable in absent:
        lines += _candidates(variable, catalogue, source)
    return [*lines, "  To search for others: mobility find WORDS"]


def _unconfirmed(
    delivery: Delivery, source: Source
) -> tuple[dict[Variable, tuple[str, ...]], dict[Variable, tuple[str, ...]]]:
    """Unconfirmed variables of the main file with the waves read that should have them, and those that do."""
    headers = {data.wave.name: set(data.header) for data in delivery.waves if data.header}
    asked, found = {}, {}
    for variable in source.variables:
        waves = tuple(letter for letter in headers if letter in variable.waves)
        if variable.confidence != VERIFIED and variable.file == delivery.rows and waves:
            asked[variable] = waves
            has = (letter for letter in waves if find_columns(source.column(variable, letter), headers[letter]).columns)
            found[variable] = tuple(has)
    return asked, found


def _candidates(variable: Variable, catalogue: Catalogue, source: Source) -> list[str]:
    """Lines about a name that no wave has: columns that speak of the same, and the line for the first of them."""
    sure = "a placeholder, no name" if variable.placeholder else variable.confidence
    lines = [f"    {variable.name} ({variable.variable}, {sure}): {variable.label}"]
    near = candidates(variable, catalogue, source)
    if not near:
        hint = " (these files have no labels: look into the delivery's data dictionary)" if catalogue.unlabelled else ""
        return [*lines, f"      no column of this delivery speaks of it{hint}"]
    lines += [f"      perhaps {column_text(column, source)}" for column in near]
    where = source.folder / "variables.csv"
    return [
        *lines,
        f"      for the first, its line in {where} becomes:",
        f"      {register_line(variable, near[0], source)}",
    ]
