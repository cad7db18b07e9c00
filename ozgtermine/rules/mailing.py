"""When mails go: at once, or when their change cannot be taken back any more; and again when they were not taken."""

from datetime import timedelta

LADDER_MINUTES = (1, 5, 15, 60, 4 * 60, 12 * 60, 24 * 60, 24 * 60)
LEASE = timedelta(minutes=10)
REVOCABLE_FOR = timedelta(minutes=10)
FIRST, BULK = 0, 5
LONGEST_PAUSE = timedelta(minutes=15)


def retry_after(attempts: int) -> timedelta | None:
    """Return how long a mail waits after its `attempts`-th try, None when after three days nobody tries again."""
    return timedelta(minutes=LADDER_MINUTES[attempts - 1]) if attempts <= len(LADDER_MINUTES) else None


def pause_while_away(failures: int) -> timedelta:
    """Return how long all mails wait after the server could not be reached `failures` times in a row."""
    return min(timedelta(minutes=LADDER_MINUTES[min(failures, len(LADDER_MINUTES)) - 1]), LONGEST_PAUSE)
