"""A second process beside a notebook's own: what takes long begins there while the notebook goes on.

    begin(exec, "import pandas")                    what it will need, while the notebook loads it too
    following = begin(summarise_forecast, panel)    at once
    following = following.result()                  where it is needed

The process works on one thing after the other. What it hasn't come to when the result is asked for is
computed by whoever asks, and so is everything where no second process can be had. Who has to wait for what it
is working on computes the last of what is begun meanwhile.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing.connection import wait
from typing import Generic, ParamSpec, TypeVar

from threadpoolctl import threadpool_limits

P = ParamSpec("P")
T = TypeVar("T")
# it was killed, or it couldn't start: full memory, or a system without what processes share
NOT_TO_BE_HAD = (BrokenProcessPool, OSError, ImportError, NotImplementedError)


class Begun(Generic[T]):
    """What was begun; `future` is None as long as the second process hasn't come to it."""

    def __init__(self, compute: Callable[[], T]) -> None:
        self.compute = compute
        self.future: Future[T] | None = None

    def result(self) -> T:
        """Give what the function returns, or raise what it raises, there or here."""
        if SECOND.take_back(self):
            self.compute_here()
        while not self.future.done() and (other := SECOND.take_last()):
            other.compute_here()
        try:
            return self.future.result()
        except NOT_TO_BE_HAD:
            self.compute_here()
        return self.future.result()

    def compute_here(self) -> None:
        """Compute it in this process; what goes wrong is told to whoever asks for the result."""
        future = Future()
        try:
            future.set_result(self.compute())
        except Exception as error:
            future.set_exception(error)
        except BaseException:  # interrupted: it may be asked for again
            SECOND.waiting.append(self)
            raise
        self.future = future


class SecondProcess:
    """One process, started when it is first needed, and what waits for it."""

    def __init__(self) -> None:
        self.waiting: deque[Begun] = deque()
        self.busy = False
        self.lock = threading.RLock()
        self.pool: ProcessPoolExecutor | None = None

    def hand_over(self) -> None:
        """Give it the next thing if it is idle, and no more: what lies with it can't be taken back."""
        with self.lock:
            if self.busy or not self.waiting:
                return
            self.busy = True
            begun = self.waiting.popleft()
            try:
                if self.pool is None:
                    self.pool = _start()
                begun.future = self.pool.submit(_compute_in_style, _look(), begun.compute)
            except NOT_TO_BE_HAD as error:
                begun.future = Future()
                begun.future.set_exception(error)
        begun.future.add_done_callback(self._go_on)

    def _go_on(self, _: Future) -> None:
        self.busy = False
        self.hand_over()

    def take_back(self, begun: Begun) -> bool:
        """Take back what it hasn't come to."""
        with self.lock:
            waits = begun in self.waiting
            if waits:
                self.waiting.remove(begun)
            return waits

    def take_last(self) -> Begun | None:
        """Take back what it would come to last; None where nothing waits."""
        with self.lock:
            return self.waiting.pop() if self.waiting else None


SECOND = SecondProcess()


def begin(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Begun[T]:
    """Let the second process compute `function(*args, **kwargs)` when it has done what was begun before.

    Parameters
    ----------
    function : of a module, since the other process has to find it there
    args, kwargs : whatever can be pickled

    Returns
    -------
    Begun
        Its `result()` gives what the function returns, or raises what it raises.

    >>> begin(max, 3, 4).result()
    4
    """
    begun = Begun(partial(function, *args, **kwargs))
    SECOND.waiting.append(begun)
    SECOND.hand_over()
    return begun


def has_begun() -> bool:
    """Tell whether there is a second process already."""
    return SECOND.pool is not None


def _start() -> ProcessPoolExecutor:
    """Make the pool of one: a fresh process, as a notebook's own has threads that no fork takes along."""
    threadpool_limits(limits=1)  # as many threads as there are cores in each would wait for each other
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _prepare)


def _prepare() -> None:
    """Leave interruptions to the first process, and end when it ends, however that is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def leave_with_parent() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=leave_with_parent, daemon=True).start()


def _look() -> dict[str, object]:
    """Give the style in which figures are drawn, where any has been set."""
    if "matplotlib" not in sys.modules:
        return {}
    return {name: value for name, value in sys.modules["matplotlib"].rcParams.items() if name != "backend"}


def _compute_in_style(look: dict[str, object], compute: Callable[[], T]) -> T:
    if look:
        import matplotlib

        matplotlib.rcParams.update(look)
    with threadpool_limits(limits=1):
        return compute()
