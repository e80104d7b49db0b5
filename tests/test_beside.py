"""What is begun in a second process comes out as if it had been computed here, whatever happens to it."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tiktok import beside, figures
from tiktok.beside import begin
from tiktok.lists.files import PROJECT
from tiktok.model.inputs import ModelError, require_known

CLIENT = """
import os, sys, time
from tiktok.beside import begin
worker = begin(os.getpid).result()
begun = begin(time.sleep, 99)
print(worker, flush=True)
begun.result()
"""


def test_it_is_computed_by_another_process_and_errors_come_back():
    assert begin(os.getpid).result() not in (os.getpid(), None)
    with pytest.raises(ModelError, match="no model 'x'"):
        begin(require_known, "model", ["a"], ["x"]).result()
    assert begin(sorted, [2, 3, 1], reverse=True).result() == [3, 2, 1]


def test_what_nobody_has_come_to_is_computed_by_whoever_asks():
    busy = begin(time.sleep, 0.5)
    waiting, again = begin(os.getpid), begin(os.getpid)
    assert waiting.result() == os.getpid()
    deadline = time.monotonic() + 10
    while again.future is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert again.result() != os.getpid()
    assert busy.result() is None


def test_who_has_to_wait_computes_the_last_of_what_is_begun_meanwhile():
    busy = begin(time.sleep, 1)
    first, last, wrong = begin(time.sleep, 2), begin(os.getpid), begin(divmod, 1, 0)
    asked = time.monotonic()
    assert busy.result() is None  # computed here meanwhile: what went wrong, the last one, the first one
    assert time.monotonic() - asked > 1.5
    assert all(begun.future.done() for begun in (first, last, wrong))
    assert last.result() == os.getpid()
    with pytest.raises(ZeroDivisionError):
        wrong.result()


def test_what_was_interrupted_can_be_asked_for_again():
    calls = []

    def interrupt_once():
        calls.append(1)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return 7

    busy = begin(time.sleep, 1)
    begun = begin(interrupt_once)
    with pytest.raises(KeyboardInterrupt):
        begun.result()
    assert begun.result() == 7
    assert busy.result() is None


def test_a_result_can_be_asked_for_twice():
    begun = begin(os.getpid)
    assert begun.result() == begun.result()


@pytest.mark.slow
def test_a_figure_comes_back_in_the_style_of_the_house_and_is_drawn():
    figures.use_style()
    figure = begin(figures.new_figure, 4, 2).result()
    axis = figure.subplots()
    axis.set(xscale="log", xlim=(10, 1e6))
    figures.log_count_axis(axis.xaxis)
    bundle, shown = begin(figure._repr_mimebundle_).result()
    assert (bundle, shown) == figure._repr_mimebundle_()
    assert (shown["image/svg+xml"]["width"], shown["image/svg+xml"]["height"]) == (400, 200)


@pytest.mark.parametrize(
    "error", [OSError(12, "Cannot allocate memory"), NotImplementedError("no semaphores")]
)
def test_where_no_second_process_can_be_had_everything_is_computed_here(error, monkeypatch):
    def refuse():
        raise error

    monkeypatch.setattr(beside, "SECOND", beside.SecondProcess())
    monkeypatch.setattr(beside, "_start", refuse)
    assert [begin(os.getpid).result() for _ in range(2)] == [os.getpid()] * 2
    with pytest.raises(ZeroDivisionError):
        begin(divmod, 1, 0).result()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_a_second_process_that_is_killed_costs_time_and_nothing_else(monkeypatch):
    monkeypatch.setattr(beside, "SECOND", beside.SecondProcess())
    worker = begin(os.getpid).result()
    begun = begin(max, 3, 4)
    os.kill(worker, signal.SIGKILL)
    assert begun.result() == 4
    assert begin(max, 5, 4).result() == 5


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_the_second_process_ends_with_the_first_however_that_ends():
    with subprocess.Popen(
        [sys.executable, "-c", CLIENT], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as first:
        worker = int(first.stdout.readline())
        first.kill()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("the second process is still there")
