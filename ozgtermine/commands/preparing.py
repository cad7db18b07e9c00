"""What must be there before the first start: a writable folder, a secret key, the tables."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from flask import Flask

from ozgtermine.config import PREFIX, ConfigurationError
from ozgtermine.database import db
from ozgtermine.migrations import upgrade
from ozgtermine.wording import N_

FOLDERS = ("documents", "mail")


def instance_folder(environ: Mapping[str, str]) -> Path:
    """Return the instance folder that the environment names."""
    return Path(environ.get(f"{PREFIX}INSTANCE", "instance")).absolute()


def prepare_folder(folder: Path) -> None:
    """Have the instance folder with its secret key (readable by its owner only); an existing key is kept.

    Raises ConfigurationError where the folder cannot be written.
    """
    try:
        for name in FOLDERS:
            (folder / name).mkdir(parents=True, exist_ok=True)
        _write_key(folder / "secret_key")
    except OSError as error:
        raise ConfigurationError(
            N_("In den Ordner %(folder)s lässt sich nicht schreiben: %(reason)s"), folder=folder, reason=error.strerror
        ) from error


def _write_key(path: Path) -> None:
    if path.exists():
        os.utime(path)
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))


def migrate_database(app: Flask) -> None:
    """Bring the database of `app` to the newest revision."""
    with app.app_context():
        upgrade(db.engine)
