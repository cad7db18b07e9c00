"""Turns at a SQLite file; two `Turns` stand for two processes, since a lock belongs to who has opened the file."""

import fcntl
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


def is_free(lock: str) -> bool:
    with Path(lock).open("ab") as file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def turned_true(condition: Callable[[], bool]) -> bool:
    """Return whether it comes true in time; who waits forever tells nothing."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition() and time.monotonic() < deadline:
        pass
    return condition()


def test_a_process_that_has_just_written_stands_behind_one_that_waits(path: str) -> None:
    order: list[str] = []
    here, elsewhere = Turns(path), Turns(path)

    def wait_elsewhere() -> None:
        with elsewhere.turn():
            order.append("elsewhere")

    waiting = threading.Thread(target=wait_elsewhere, daemon=True)
    with here.turn():
        waiting.start()
        assert turned_true(lambda: not is_free(f"{path}.next"))
        order.append("here")
    with here.turn():
        order.append("here again")
    waiting.join()

    assert order == ["here", "elsewhere", "here again"]


def test_a_turn_is_on_the_disk_at_its_end_and_the_next_writer_does_not_wait_for_that(path: str) -> None:
    synced: list[tuple[str, bool]] = []

    def sync(descriptor: int) -> None:
        synced.append((str(Path(f"/proc/self/fd/{descriptor}").readlink()), is_free(f"{path}.lock")))

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
    assert is_free(f"{path}.lock")


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
        assert not is_free(f"{db.engine.url.database}.lock")
    assert is_free(f"{db.engine.url.database}.lock")
