"""The simulations under benchmarks/ are run by hand; here only that they still run and count."""

import subprocess
import sys

import pytest

from tiktok.lists.files import PROJECT


@pytest.mark.slow
def test_coverage_is_counted_of_the_intervals_that_are_asked_for():
    command = [sys.executable, "benchmarks/interval_coverage.py", "sizes", "quarters", "--lists", "4"]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["sizes", "quarters"]
    assert all("promises 95%, held " in line and "of 4 lists" in line for line in lines)
