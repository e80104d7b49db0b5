"""What is under benchmarks/ is run by hand; here only that it still runs, counts and adds up right."""

import subprocess
import sys

import nbformat
import pandas as pd
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


@pytest.fixture
def benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(PROJECT / "benchmarks")
    import growth
    import story_time

    return growth, story_time


def test_a_power_is_read_off_seconds_and_what_was_not_measured_is_left_out(benchmarks):
    growth, _ = benchmarks
    taken = pd.DataFrame({1_000: [1.0, 0.5], 10_000: [10.0, 0.5], 100_000: [None, 0.5]}, index=["a", "b"])
    assert [growth.fit_exponent(row) for _, row in taken.iterrows()] == pytest.approx([1, 0])
    assert growth.write_table(taken).splitlines()[2] == "| a | 1.00 s | 10.00 s |  | 1.00 |"


def test_seconds_are_added_up_under_the_heading_above_them(benchmarks):
    _, story_time = benchmarks
    taken = {"iopub.status.busy": "2026-01-01T00:00:01.5Z", "shell.execute_reply": "2026-01-01T00:00:03Z"}
    codes = [nbformat.v4.new_code_cell(metadata={"execution": taken}) for _ in range(3)]
    cells = [codes[0], nbformat.v4.new_markdown_cell("# Title\n\n## Explore\n\ntext"), *codes[1:]]
    found = story_time.seconds_by_section(nbformat.v4.new_notebook(cells=cells))
    assert found == {"imports and parameters": 1.5, "Explore": 3.0}


@pytest.mark.slow
def test_every_part_that_is_said_to_grow_can_be_timed(benchmarks):
    growth, _ = benchmarks
    taken = growth.measure([200, 300])
    assert list(taken.columns) == [200, 300]
    assert (taken > 0).all(axis=None)
