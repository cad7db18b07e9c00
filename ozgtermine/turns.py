"""Turns at a SQLite file: one writer at a time in every process, and one sync for all whose commits wait for the disk.

SQLite's own waiting has no order and gives up after seconds, and a read that turns into a write is "locked" at once.
Its sync at each commit (synchronous=FULL) would keep the next writer out for as long as the disk takes: it is done
here, after the turn. Who builds on a commit that is not on the disk yet syncs both: the log is in order.
"""

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ozgtermine.errors import BusyError

DEADLINE_SECONDS = 30.0
SYNC: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)  # all that Linux needs; elsewhere there is but one way


class Turns:
    """The writers of one database file. Of this process one at a time stands in the queue of all processes."""

    def __init__(self, path: str, *, sync: Callable[[int], None] = SYNC) -> None:
        self._lock, self._next_in_line, self._log = Path(f"{path}.lock"), Path(f"{path}.next"), Path(f"{path}-wal")
        self._one_of_us, self._at_the_disk = threading.Lock(), threading.Lock()
        self._sync, self._ended, self._on_disk = sync, 0, 0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Keep all others from writing; what was committed in the turn is on the disk at the end.

        A turn ends with its process, so that a kill leaves nothing behind. Raises BusyError after half a minute.
        """
        deadline = time.monotonic() + DEADLINE_SECONDS
        if not self._one_of_us.acquire(timeout=DEADLINE_SECONDS):
            raise BusyError
        try:
            with self._lock.open("ab") as lock:
                # Only who is next in line waits for the lock itself: a process that just had it stands behind them.
                with self._next_in_line.open("ab") as next_in_line:
                    _take(next_in_line.fileno(), deadline)
                    _take(lock.fileno(), deadline)
                yield
                self._ended += 1
                ours = self._ended
        finally:
            self._one_of_us.release()
        self._put_on_disk(ours)

    def _put_on_disk(self, turn: int) -> None:
        """Sync the log, unless somebody else's sync began after that turn had ended."""
        with self._at_the_disk:
            if self._on_disk >= turn:
                return
            ended = self._ended
            try:
                log = os.open(self._log, os.O_RDONLY)
            except FileNotFoundError:
                return  # a file system without shared memory: there SQLite has no log, and syncs at each commit
            try:
                self._sync(log)
            finally:
                os.close(log)
            self._on_disk = ended


def _take(descriptor: int, deadline: float) -> None:
    """Take a lock between processes."""
    pause = 0.0001
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise BusyError from None
            time.sleep(pause)
            pause = min(pause * 1.5, 0.002)
        else:
            return
