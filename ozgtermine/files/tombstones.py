"""What was erased, in a form that names nobody: one HMAC a line, in a file beside the database and not in its backup.

After an older backup is restored, the lines find what must be erased again. A line is on the disk before the erasure is
committed: a crash in between leaves a line for a row that was due anyway.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Tombstones:
    """The file and the key under which its lines are made."""

    path: Path
    key: str

    def mark(self, *identity: object) -> str:
        """Return the line for something that is known by these parts, 64 hexadecimal digits."""
        message = "\x1f".join(str(each) for each in identity)
        return hmac.new(self.key.encode(), message.encode(), hashlib.sha256).hexdigest()

    def add(self, marks: Iterable[str]) -> None:
        """Append the lines; they are on the disk afterwards."""
        lines = "".join(f"{mark}\n" for mark in marks)
        with self.path.open("a", encoding="ascii") as file:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())

    def number(self) -> int:
        """Return how many lines there are."""
        return self.path.stat().st_size // 65 if self.path.exists() else 0

    def all(self) -> frozenset[str]:
        """Return every line; a last one that a crash cut short is none."""
        if not self.path.exists():
            return frozenset()
        return frozenset(line for line in self.path.read_text(encoding="ascii").split("\n") if len(line) == 64)  # noqa: PLR2004 - of SHA-256
