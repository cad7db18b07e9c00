"""Files of events that everybody finds again: a document and its versions."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ozgtermine.models.account import Account
from ozgtermine.models.base import Base, LongText, PrimaryKey, Word, enum_column
from ozgtermine.models.event import Event
from ozgtermine.rules.file_types import BY_MEDIA_TYPE, FileType
from ozgtermine.rules.permissions import Visibility


class DocumentKind(StrEnum):
    PRESENTATION = "presentation"
    MINUTES = "minutes"
    PROGRAMME = "programme"
    ORG_CHART = "org_chart"
    STATUS_REPORT = "status_report"
    OTHER = "other"


class Document(Base):
    """A file of an event under one permalink; visible from `published_at` on; the newest version counts."""

    __tablename__ = "document"
    audited = True

    id: Mapped[PrimaryKey]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    kind: Mapped[DocumentKind] = enum_column(DocumentKind, default=DocumentKind.PRESENTATION)
    title: Mapped[Word]
    slug: Mapped[Word]
    language: Mapped[Word] = mapped_column(default="de")
    visibility: Mapped[Visibility] = enum_column(Visibility, default=Visibility.PUBLIC)
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(info={"derived": True})

    event: Mapped[Event] = relationship(back_populates="documents")
    versions: Mapped[list["DocumentVersion"]] = relationship(
        back_populates="document", order_by="DocumentVersion.number", cascade="all, delete-orphan"
    )

    @property
    def series_id(self) -> int:
        """A document is a thing of permissions like its event."""
        return self.event.series_id

    @property
    def current(self) -> "DocumentVersion":
        return self.versions[-1]


class DocumentVersion(Base):
    """One uploaded file: its bytes lie in the store under their SHA-256."""

    __tablename__ = "document_version"
    audited = True
    __table_args__ = (
        UniqueConstraint("document_id", "number"),
        CheckConstraint("size_bytes > 0", name="not_empty"),
    )

    id: Mapped[PrimaryKey]
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    number: Mapped[int]
    sha256: Mapped[Word] = mapped_column(index=True)
    size_bytes: Mapped[int]
    media_type: Mapped[Word]
    file_name: Mapped[LongText]
    note: Mapped[LongText] = mapped_column(default="")
    uploaded_at: Mapped[datetime]
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))

    document: Mapped[Document] = relationship(back_populates="versions")
    uploaded_by: Mapped[Account | None] = relationship()

    @property
    def file_type(self) -> FileType:
        return BY_MEDIA_TYPE[self.media_type]
