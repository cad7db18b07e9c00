"""Where events on site take place."""

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ozgtermine.models.base import Base, LongText, PrimaryKey, Word


def address_of(name: str, street: str, postal_code: str, city: str) -> str:
    """Return the address in one line, without what is not known."""
    return ", ".join(part for part in (name, street, f"{postal_code} {city}".strip()) if part)


class Venue(Base):
    """A house with its address, how accessible it is, and whom to ask about that."""

    __tablename__ = "venue"
    audited = True

    id: Mapped[PrimaryKey]
    name: Mapped[Word] = mapped_column(unique=True)
    street: Mapped[Word] = mapped_column(default="")
    postal_code: Mapped[Word] = mapped_column(default="")
    city: Mapped[Word] = mapped_column(default="")
    accessibility: Mapped[LongText] = mapped_column(default="")
    accessibility_contact: Mapped[Word] = mapped_column(default="")
    website: Mapped[Word] = mapped_column(default="")

    rooms: Mapped[list["Room"]] = relationship(back_populates="venue", order_by="Room.name")

    @property
    def address(self) -> str:
        return address_of(self.name, self.street, self.postal_code, self.city)


class Room(Base):
    """A room of a venue; capacity in seats."""

    __tablename__ = "room"
    audited = True
    __table_args__ = (
        UniqueConstraint("venue_id", "name"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity_positive"),
    )

    id: Mapped[PrimaryKey]
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id", ondelete="CASCADE"))
    name: Mapped[Word]
    capacity: Mapped[int | None]

    venue: Mapped[Venue] = relationship(back_populates="rooms")
