"""What Snakemake does over and over in a run of a hundred jobs with thousands of files, done once."""

from functools import lru_cache
from typing import Any

from snakemake.persistence.file import FilePersistence

RECORDS = 512  # of outputs that are kept: more than one job has


def spare(workflow: Any) -> None:
    """Spare a run on this machine what no job needs; called when its jobs are about to start.

    - Every input of a job was hashed anew for each of its outputs: hundreds of files, hundreds of times.
    - To hold jobs to so many a second, each job that ended added a look at all waiting jobs every second.
    - At each look the sizes of all their inputs were asked for, to begin with the largest; priorities say that here.
    """
    _hash_inputs_once_a_job(workflow)
    workflow.scheduler.job_rate_limiter = None
    workflow.scheduler.update_input_sizes = _nothing


def remember_records() -> None:
    """Read what was noted of each output once for all questions about its job; called before the plan is made.

    Snakemake keeps 128 such records, and asks one thing after another of all outputs of a job: a job with more of them
    had every record read again for each question. What it does to forget them, before one is changed, forgets these
    too.
    """
    read = FilePersistence._read_record_cached.__wrapped__
    FilePersistence._read_record_cached = lru_cache(RECORDS)(read)


def _hash_inputs_once_a_job(workflow: Any) -> None:
    finished, cache = workflow.persistence.finished, workflow.iocache

    async def finished_with_cache(job: Any) -> None:
        cache.active = True  # nobody writes the inputs of a job that has ended while its outputs are noted
        try:
            await finished(job)
        finally:
            cache.deactivate()

    workflow.persistence.finished = finished_with_cache


async def _nothing(_jobs: Any) -> None:
    """In place of sizes that are not looked at."""
