"""Where erasure reaches beside the database, and how many tombstones this database knows."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.files.tombstones import Tombstones
from ozgtermine.mail.delivery import file_name
from ozgtermine.models import ErasureMark, OutgoingMail


@dataclass(frozen=True, kw_only=True)
class Graveyard:
    """The tombstones, and the folder of a demonstration's mails."""

    tombstones: Tombstones
    mail_folder: Path

    @classmethod
    def of(cls, settings: Settings) -> Self:
        tombstones = Tombstones(path=settings.instance / "tombstones", key=settings.secret_key)
        return cls(tombstones=tombstones, mail_folder=settings.mail_folder)

    def bury(self, session: Session, mails: Iterable[OutgoingMail]) -> None:
        """Erase these mails, those that a demonstration keeps as files too."""
        for mail in mails:
            (self.mail_folder / file_name(mail.message_id)).unlink(missing_ok=True)
            session.delete(mail)


def remember(session: Session, graveyard: Graveyard) -> None:
    """Note in the database how many tombstones there are."""
    mark = session.get(ErasureMark, 1) or ErasureMark(id=1)
    mark.tombstones = graveyard.tombstones.number()
    session.add(mark)


def knows_every_tombstone(session: Session, graveyard: Graveyard) -> bool:
    """Return whether this database has seen all that was erased; a restored backup has not."""
    number = graveyard.tombstones.number()
    if number == 0:
        return True
    mark = session.get(ErasureMark, 1)
    return mark is not None and mark.tombstones >= number
