"""What a measurement says of a command: the seconds of the processor of all its processes, waited for or not."""

import sys

import pytest

from timing import watched

# A child that takes 0.4 s of the processor and is still there when it is looked at. The system buries it, as it does
# the jobs that are copies of one process, so that its seconds are not among those of its parent's children.
PARENT = """
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
if os.fork():
    try:
        os.wait()
    except ChildProcessError:
        pass
else:
    while time.process_time() < 0.4:
        pass
    time.sleep(0.4)
"""


def test_seconds_of_a_child_that_nobody_waits_for_count(tmp_path):
    found = watched([sys.executable, "-c", PARENT], tmp_path)
    assert found["cpu_seconds"] >= 0.4
    assert found["peak_mb"] > 0


def test_a_command_that_fails_ends_the_measurement_with_what_it_said(tmp_path):
    command = [sys.executable, "-c", "import sys; sys.exit('no room')"]
    with pytest.raises(SystemExit, match="no room"):
        watched(command, tmp_path)
