"""Keeps the copies of feeds on disk up to date: what was hidden must not come back when the database is away."""

from flask import Flask

from ozgtermine.front.layer import Front


class Refresher:
    """Asks for every feed that lies on disk once after each public change."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._front: Front = app.extensions["ozgtermine.front"]
        self._revision: int | None = None

    def refresh(self) -> int:
        """Return how many feeds were asked for; none where nothing public has changed."""
        revision = self._front.seen_revision()
        if revision is None or revision == self._revision:
            return 0
        keys = list(self._front.last_good.keys())
        for key in keys:
            self._app.test_client().get(key).close()
        self._revision = revision
        return len(keys)
