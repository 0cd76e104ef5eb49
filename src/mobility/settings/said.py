"""What specs say to the jobs that count, fit and judge; whether it is still what a run was planned by."""

from collections.abc import Collection
from dataclasses import replace

from mobility.errors import RunError
from mobility.kept import key_of
from mobility.settings.study import Study


def what_is_said(study: Study, tables: Collection[str] | None = None) -> str:
    """A fingerprint of all that a study says but words and figures; of its tables only those of these names, if any."""
    spec = study.without_words
    return key_of(replace(spec, tables={table: spec.tables[table] for table in tables or spec.tables}))


def as_planned(study: Study, said: str, tables: Collection[str] | None = None) -> Study:
    """The study without words, for a job that was planned by `said`; raises `RunError` where its specs say otherwise.

    They were edited since the plan: the job's results would be noted as those of specs that it did not read.
    """
    if what_is_said(study, tables) != said:
        raise RunError(
            f"{study.folder} was edited while the run was under way, and would be followed in some tables only. "
            "Type `make report` again: it goes on from here by what is there now."
        )
    return study.without_words
