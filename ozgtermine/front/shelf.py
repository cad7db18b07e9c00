"""The kept answers of one process, the least used forgotten first."""

import time
from itertools import count
from threading import Lock
from typing import NamedTuple

from ozgtermine.front.kept import Kept
from ozgtermine.front.packing import Deflated, inflate
from ozgtermine.views.sharing import Remembered

MOST_ANSWERS = 512
FORMER_SECONDS = 10
MOST_BYTES = 48_000_000


class Former(NamedTuple):
    """What is left of a former answer: the pieces of its packed form, and what its view remembers."""

    pieces: Deflated
    remembered: Remembered | None


_NOTHING = Former({}, None)


class Shelf:
    """Holds answers of one revision alone: with the next one all are dropped, so that nothing hidden stays here.

    What is left of the former answers waits some seconds for the same answer to be made anew, and is never sent as it
    is. Looking takes no lock; whoever changes what is kept takes it.
    """

    def __init__(self) -> None:
        self._answers: dict[str, Kept] = {}
        self._used: dict[str, int] = {}
        self._uses = count()
        self._former: dict[str, Former] = {}
        self._former_until = float("-inf")
        self._bytes = 0
        self._revision = -1
        self._lock = Lock()

    def find(self, key: str) -> Kept | None:
        found = self._answers.get(key)
        if found is not None:
            self._used[key] = next(self._uses)
        return found

    def put(self, key: str, answer: Kept) -> None:
        """Keep the answer, unless another revision was seen meanwhile."""
        with self._lock:
            if answer.revision != self._revision:
                return
            self._drop(key)
            self._former.pop(key, None)
            self._answers[key] = answer
            self._used[key] = next(self._uses)
            self._bytes += answer.size
            while len(self._answers) > MOST_ANSWERS or self._bytes > MOST_BYTES:
                self._drop(min(self._answers, key=lambda each: self._used.get(each, 0)))

    def see(self, revision: int) -> None:
        """Drop everything that belongs to another revision."""
        if revision != self._revision:
            with self._lock:
                left = {
                    key: Former(each.pieces, each.remembered)
                    for key, each in self._answers.items()
                    if each.pieces or each.remembered
                }
                self._revision = revision
                self._empty()
                self._former.update(left)
                self._former_until = time.monotonic() + FORMER_SECONDS
        elif self._former and time.monotonic() > self._former_until:
            with self._lock:
                self._former = {}

    def former(self, key: str) -> Former:
        """Return what is left of the answer that was kept under another revision until just now."""
        return self._former.get(key, _NOTHING)

    def forget_former(self, key: str) -> None:
        """Drop what is left of an answer that is no longer given."""
        self._former.pop(key, None)

    def forget(self) -> None:
        with self._lock:
            self._empty()

    def __contains__(self, word: bytes) -> bool:
        """Return whether `word` stands in anything that is kept."""
        with self._lock:
            pieces = [inflate(piece) for each in self._former.values() for piece in each.pieces.values()]
            bodies = [each.body for each in self._answers.values()]
            remembered = [each.remembered for each in self._former.values()]
            remembered += [each.remembered for each in self._answers.values()]
            in_bodies = any(word in each for each in (*pieces, *bodies))
            return in_bodies or any(word in each for each in remembered if each)

    def __len__(self) -> int:
        return len(self._answers)

    def _empty(self) -> None:
        self._answers.clear()
        self._used.clear()
        self._former = {}
        self._bytes = 0

    def _drop(self, key: str) -> None:
        dropped = self._answers.pop(key, None)
        self._used.pop(key, None)
        self._bytes -= dropped.size if dropped else 0
