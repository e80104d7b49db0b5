"""SIGTERM ends a command as Ctrl-C does: by an exception, so that what it began is put away."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

INTERRUPTED = 128 + signal.SIGINT  # the exit status that a shell expects


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM raise SystemExit, unless somebody else looks after it."""

    def leave(signum, _frame):
        raise SystemExit(128 + signum)

    ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    )
    if ours:
        signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
