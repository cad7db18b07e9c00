"""Turns at a SQLite file: one writer at a time, first come first served, and one sync for all that wait for the disk.

SQLite's own waiting has no order and gives up after seconds, and a read that turns into a write is "locked" at once.
Its sync at each commit (synchronous=FULL) would keep the next writer out for as long as the disk takes: it is done
here, after the turn. Who builds on a commit that is not on the disk yet syncs both: the log is in order.
"""

import fcntl
import os
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ozgtermine.errors import BusyError

DEADLINE_SECONDS = 30.0
_THE_TURN, _THE_COUNTER, _FIRST_TICKET = 0, 8, 16


class Turns:
    """The writers of one database file. Of this process one at a time stands in the queue of all processes."""

    def __init__(self, path: str, *, sync: Callable[[int], None] = os.fdatasync) -> None:
        self._lock, self._log = Path(f"{path}.lock"), Path(f"{path}-wal")
        self._of_this_process, self._at_the_disk = InOrder(), threading.Lock()
        self._sync, self._ended, self._on_disk = sync, 0, 0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Keep all others from writing; what was committed in the turn is on the disk at the end.

        A turn ends with its process, so that a kill leaves nothing behind. Raises BusyError after half a minute.
        """
        deadline = time.monotonic() + DEADLINE_SECONDS
        if not self._of_this_process.acquire(DEADLINE_SECONDS):
            raise BusyError
        try:
            lock = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                _queue(lock, deadline)
                yield
                self._ended += 1
                ours = self._ended
            finally:
                os.close(lock)
        finally:
            self._of_this_process.release()
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


class InOrder:
    """A lock that goes to who asked first; a `threading.Lock` often goes to who has just had it."""

    def __init__(self) -> None:
        self._guard, self._waiting, self._is_taken = threading.Lock(), deque[threading.Lock](), False

    def acquire(self, seconds: float) -> bool:
        """Return whether it was given within so many seconds."""
        ours = threading.Lock()
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            ours.acquire()
            self._waiting.append(ours)
        if ours.acquire(timeout=seconds):
            return True
        with self._guard:
            if ours not in self._waiting:
                return True  # given at the last moment
            self._waiting.remove(ours)
        return False

    def release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False


def _queue(lock: int, deadline: float) -> None:
    """Hold the turn, after all who came before: each holds a byte of the file, its ticket, and waits for the last one.

    One who dies or gives up in the queue lets go of the ticket, so that two may come to the front at once: the turn is
    a lock of its own. All go with the open file (open file description locks, `man 2 fcntl`).
    """
    _wait(lock, _THE_COUNTER, deadline)
    ticket = int.from_bytes(os.pread(lock, 8, 0), "little") + 1
    os.pwrite(lock, ticket.to_bytes(8, "little"), 0)
    _wait(lock, _FIRST_TICKET + ticket, deadline)
    _let_go(lock, _THE_COUNTER)
    _wait(lock, _FIRST_TICKET + ticket - 1, deadline)
    _let_go(lock, _FIRST_TICKET + ticket - 1)
    _wait(lock, _THE_TURN, deadline)


def _wait(lock: int, byte: int, deadline: float) -> None:
    pause = 0.0001
    while True:
        try:
            _set(lock, fcntl.F_WRLCK, byte)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise BusyError from None
            time.sleep(pause)
            pause = min(pause * 1.5, 0.002)
        else:
            return


def _let_go(lock: int, byte: int) -> None:
    _set(lock, fcntl.F_UNLCK, byte)


def _set(lock: int, kind: int, byte: int) -> None:
    """Lock one byte or let it go, by C's `struct flock`."""
    fcntl.fcntl(lock, fcntl.F_OFD_SETLK, struct.pack("hhqqi", kind, os.SEEK_SET, byte, 1, 0))
