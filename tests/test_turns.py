"""Turns at a SQLite file; two `Turns` stand for two processes, since a lock belongs to who has opened the file."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ozgtermine import turns
from ozgtermine.database import db, transaction
from ozgtermine.errors import BusyError
from ozgtermine.turns import Turns
from tests import factories

PATIENCE_SECONDS = 10


@pytest.fixture
def path(tmp_path: Path) -> str:
    (tmp_path / "some.sqlite-wal").touch()
    return str(tmp_path / "some.sqlite")


def is_free(path: str) -> bool:
    """Return whether somebody who asked for a turn now would have it at once."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(turns, "DEADLINE_SECONDS", 0.0)
        try:
            with Turns(path, sync=lambda _log: None).turn():
                return True
        except BusyError:
            return False


def turned_true(condition: Callable[[], bool]) -> bool:
    """Return whether it comes true in time; who waits forever tells nothing."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition() and time.monotonic() < deadline:
        pass
    return condition()


def tickets(path: str) -> int:
    """Return how many have come to the queue so far."""
    return int.from_bytes(Path(f"{path}.lock").read_bytes()[:8], "little")


@pytest.mark.parametrize("number_of_processes", [1, 5])
def test_turns_are_had_in_the_order_in_which_they_were_asked_for(path: str, number_of_processes: int) -> None:
    order: list[int] = []
    processes = [Turns(path) for _process in range(number_of_processes)]
    waiting = [(processes[number % number_of_processes], order, number) for number in range(5)]
    threads = [threading.Thread(target=wait_and_note, args=each, daemon=True) for each in waiting]
    with Turns(path).turn():
        for came, thread in enumerate(threads):
            thread.start()
            assert turned_true(lambda came=came: has_come(path, processes, came + 1))  # type: ignore[misc]
    for thread in threads:
        thread.join(PATIENCE_SECONDS)

    assert order == [0, 1, 2, 3, 4]


def wait_and_note(process: Turns, order: list[int], number: int) -> None:
    with process.turn():
        order.append(number)


def has_come(path: str, processes: list[Turns], number: int) -> bool:
    """Return whether so many wait: one of each process in the queue of all, the others in that of their process."""
    behind = sum(len(each._of_this_process._waiting) for each in processes)  # noqa: SLF001 - who waits is nobody else's business
    return tickets(path) - 1 + behind == number


def test_who_gives_up_in_the_queue_lets_nobody_past_the_one_who_writes(path: str) -> None:
    with Turns(path).turn():
        assert [is_free(path), is_free(path)] == [False, False]
    assert is_free(path)


def test_a_turn_is_on_the_disk_at_its_end_and_the_next_writer_does_not_wait_for_that(path: str) -> None:
    synced: list[tuple[str, bool]] = []

    def sync(descriptor: int) -> None:
        synced.append((str(Path(f"/proc/self/fd/{descriptor}").readlink()), is_free(path)))

    with Turns(path, sync=sync).turn():
        assert synced == []
    assert synced == [(f"{path}-wal", True)]


def test_one_sync_serves_all_whose_turns_ended_before_it(path: str) -> None:
    syncs: list[int] = []
    the_others_are_done, is_syncing = threading.Event(), threading.Event()

    def sync(descriptor: int) -> None:
        syncs.append(descriptor)
        is_syncing.set()
        the_others_are_done.wait(PATIENCE_SECONDS)

    tested, ended = Turns(path, sync=sync), threading.Semaphore(0)

    def write() -> None:
        with tested.turn():
            ended.release()

    first, *others = [threading.Thread(target=write, daemon=True) for _writer in range(4)]
    first.start()
    assert is_syncing.wait(PATIENCE_SECONDS)
    for each in others:
        each.start()
    assert all(ended.acquire(timeout=PATIENCE_SECONDS) for _writer in range(4))
    with Turns(path).turn():  # so that every turn before has ended
        the_others_are_done.set()
    for each in (first, *others):
        each.join()

    assert len(syncs) == 2


def test_a_turn_that_failed_puts_nothing_on_the_disk(path: str) -> None:
    synced: list[int] = []
    with pytest.raises(ZeroDivisionError), Turns(path, sync=synced.append).turn():
        raise ZeroDivisionError
    assert synced == []
    assert is_free(path)


def test_nobody_waits_for_ever(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "DEADLINE_SECONDS", 0.01)
    with Turns(path).turn(), pytest.raises(BusyError), Turns(path).turn():
        pass


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("session")
def test_a_transaction_is_a_turn() -> None:
    with transaction() as session:
        factories.event(session)
        session.flush()
        assert not is_free(str(db.engine.url.database))
    assert is_free(str(db.engine.url.database))
