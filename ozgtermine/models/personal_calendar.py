"""The calendar of one person: an address that only its owner knows."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from ozgtermine.models.base import Base, PrimaryKey, Word


class PersonalCalendar(Base):
    """The secret address of what somebody is registered for and member of.

    The secret is made of `salt` and the installation's key, so that it can be shown again; a stolen database alone
    opens nothing. A retired one answers 410.
    """

    __tablename__ = "personal_calendar"

    id: Mapped[PrimaryKey]
    email_normalised: Mapped[Word] = mapped_column(index=True)
    salt: Mapped[Word]
    token_hash: Mapped[Word] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
