"""A site from a report: its chapters from templates, divided into pages, with menu, style sheet and scripts."""

from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup

from mobility.access.classes import CLASSES
from mobility.render.counts import IN_WORDS, NONE_COUNTED
from mobility.render.formats import study_links, table_links
from mobility.render.marks import marks_script
from mobility.render.numbers import SUPPRESSED
from mobility.render.report import Report, Section
from mobility.render.site import cells, flow, search
from mobility.render.site.pages import CUT, Page, divided, homes, neighbours, placed
from mobility.render.templating import asset, environment

RESULTS, MADE = "Results", "How they were made"
BASELINE = "baseline"  # of a ranking: the reading of all defaults
STYLE, SCRIPT, POINTING = "site.css", "site.js", "figures.js"
ASSETS = "assets"


def site(report: Report) -> dict[str, str]:
    """Every file of a study's site by its address relative to the study's folder: pages, style sheet, scripts.

    No page loads more than 300 kB beside its figures. Raises nothing of its own.
    """
    pages = site_pages(report)
    home = homes(pages)
    files = {page.address: _whole(report, pages, page, home) for page in pages}
    files |= {f"{ASSETS}/{name}": asset(name) for name in (STYLE, SCRIPT, POINTING)}
    files |= {f"{ASSETS}/marks/{picture.id}.js": marks_script(picture.id, picture.marks) for picture in report.pictures}
    files[search.ADDRESS] = search.script(report, home)
    shown = [table for table in report.tables if table.id not in report.filed]
    files |= {cells.address(table): cells.script(table, report.origins, home) for table in shown}
    return files


def site_pages(report: Report) -> list[Page]:
    """The pages of a study in reading order, with the addresses of one long page."""
    sections = [page for section in report.sections for page in divided(_section(report, section))]
    others = [page for chapter in _chapters(report) for page in divided(chapter)]
    own = {"sections": sections, "files": study_links(report.about.study)}
    return [_chapter(report, "index", "Overview", "", "overview", **own), *sections, *others]


def _section(report: Report, section: Section) -> Page:
    study = report.about.study
    links = {table.id: table_links(study, table.id) for table in report.tables}
    title = section.heading or "Tables"
    return _chapter(report, section.anchor, title, RESULTS, "section", section=section, links_of=links)


def _chapters(report: Report) -> Iterator[Page]:
    """Every chapter that is no section of results."""
    study = report.about.study
    if report.indicators:
        numbers = {picture.id: picture.number for picture in report.pictures}
        own = {**vars(report.indicators), "numbers": numbers}
        yield _chapter(report, "indicators", report.indicators.index.title, RESULTS, "indicators", **own)
    links = {table.id: table_links(study, table.id) for table in report.tables}
    yield _chapter(report, "tables", "All tables and figures", RESULTS, "tables", links_of=links)
    yield _chapter(report, "method", "Method", MADE, "method")
    if report.losses or report.samples:
        trees = flow.trees(report.loss_groups)
        flows = [flow.picture(tree, f"{tree.rows} {tree.unit} and what became of them") for tree in trees]
        yield _chapter(report, "samples", "Samples", MADE, "samples", flows=flows)
    if report.choices:
        yield _chapter(report, "choices", "What the report leaves open", MADE, "choices", ranks=_ranks(report))
    yield _chapter(report, "disclosure", "Disclosure record", MADE, "disclosure", **_record(report))
    keys = {variable.label: key for key, variable in report.origins.variables.items()}
    yield _chapter(report, "data", "Data", MADE, "data", keys=keys)


def _ranks(report: Report) -> dict[tuple[str, str], str]:
    """The place of each answer among all readings that were run; the defaults together are one reading."""
    of = len(report.ranking)
    found = {(str(one["choice"]), str(one["alternative"])): f"{one['rank']} of {of}" for one in report.ranking}
    together = [rank for (choice, _), rank in found.items() if choice == BASELINE]
    return found | {(choice.name, choice.default): rank for choice in report.choices for rank in together}


def _record(report: Report) -> dict[str, object]:
    """What of the disclosure step can be told: how many numbers are shown and held back."""
    titles = {each.name: each.title for each in CLASSES}
    access = str(report.provenance.get("access", ""))
    return {
        "access": f"{access}: {titles[access]}" if access in titles else access or "not stated",
        "fewest": report.provenance.get("threshold"),
        "counts": sum((table.counts for table in report.tables), NONE_COUNTED),
        "counted": IN_WORDS,
        "mark": SUPPRESSED,
    }


def _chapter(report: Report, name: str, title: str, group: str, template: str, **own: object) -> Page:
    html = environment().get_template(f"site_{template}.html.j2").render(report=report, CUT=Markup(CUT), **own)
    return Page(name, title, group, html)


def _whole(report: Report, pages: list[Page], page: Page, home: dict[str, str]) -> str:
    """A page with its menu, as it lies at its address."""
    before, after = neighbours(pages, page)
    menu = [(group, list(own)) for group, own in groupby(pages, key=lambda one: one.group)]
    html = environment().get_template("site_page.html.j2").render(
        report=report, pages=pages, menu=menu, page=page, before=before, after=after
    )  # fmt: skip
    return placed(html, page.address, home)
