"""A wave of four persons to spoil."""

import pytest


@pytest.fixture
def wave_a(tmp_path, write_wave, people):
    """Write wave a with some columns changed; gives the file."""

    def write(ending="tab", **columns):
        return write_wave(tmp_path / f"a_indresp.{ending}", people("a", **columns))

    return write
