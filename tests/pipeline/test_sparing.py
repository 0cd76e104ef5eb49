"""What a run is spared: on a stand-in of Snakemake's parts, and that the pinned Snakemake has these parts."""

import asyncio
import inspect
from types import SimpleNamespace

import pytest
from snakemake.io import IOCache
from snakemake.persistence import PersistenceBase
from snakemake.persistence.file import FilePersistence
from snakemake.scheduling.job_scheduler import JobScheduler

import sparing


@pytest.fixture
def workflow():
    """A run whose persistence says of each job that has ended whether hashes were kept while its outputs were noted."""
    cache, noted = IOCache(5), []

    async def finished(job):
        noted.append((job, cache.active))
        if job == "disk full":
            raise OSError

    cache.deactivate()
    scheduler = SimpleNamespace(job_rate_limiter=object(), update_input_sizes=None)
    persistence = SimpleNamespace(finished=finished)
    return SimpleNamespace(persistence=persistence, iocache=cache, scheduler=scheduler, noted=noted)


def test_hashes_are_kept_for_one_job_at_a_time_whatever_becomes_of_it(workflow):
    sparing.spare(workflow)
    asyncio.run(workflow.persistence.finished("judge"))
    assert workflow.noted == [("judge", True)] and not workflow.iocache.active
    with pytest.raises(OSError):
        asyncio.run(workflow.persistence.finished("disk full"))
    assert not workflow.iocache.active


def test_jobs_are_neither_counted_by_the_second_nor_weighed(workflow):
    sparing.spare(workflow)
    assert workflow.scheduler.job_rate_limiter is None
    assert asyncio.run(workflow.scheduler.update_input_sizes(["judge"])) is None


def test_snakemake_has_what_is_replaced():
    assert inspect.iscoroutinefunction(PersistenceBase.finished)
    assert inspect.iscoroutinefunction(JobScheduler.update_input_sizes)
    assert "self.job_rate_limiter is None" in inspect.getsource(JobScheduler.job_selector)


def test_what_was_noted_of_many_outputs_is_read_once_until_it_is_forgotten(monkeypatch):
    """Snakemake keeps 128 records: of 200 outputs asked for in turn none would be left at the second question."""
    kept, read = FilePersistence._read_record_cached, []
    monkeypatch.setattr(FilePersistence, "_read_record_cached", kept)
    monkeypatch.setattr(FilePersistence, "_io_read", lambda self, folder, key: read.append(key) or {})
    store = FilePersistence.__new__(FilePersistence)
    store._metadata_path = ""
    sparing.remember_records()
    outputs = [f"table_{number}.csv" for number in range(200)]
    for output in outputs * 2:
        store._read_record(output)
    assert read == outputs
    store._clear_cache()
    store._read_record(outputs[0])
    assert read == [*outputs, outputs[0]]
