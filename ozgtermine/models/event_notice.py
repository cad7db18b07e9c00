"""What people were last told of an event."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ozgtermine.models.base import Base, PrimaryKey
from ozgtermine.models.event import Event


class EventNotice(Base):
    """What people were last told of an event that has changed since; mails go out at `due_at`, if it still differs."""

    __tablename__ = "event_notice"

    id: Mapped[PrimaryKey]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), unique=True)
    told: Mapped[dict[str, Any]] = mapped_column(JSON)
    due_at: Mapped[datetime] = mapped_column(index=True)

    event: Mapped[Event] = relationship()
