"""What somebody has typed into a form and not saved yet."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ozgtermine.models.base import Base, PrimaryKey, Word


class FormDraft(Base):
    """The changed fields of one form: name → values as the browser would send them; an empty list for none.

    `path` is the page with its query on which they were typed, `target` where the form is sent; both are local.
    """

    __tablename__ = "form_draft"
    __table_args__ = (UniqueConstraint("account_id", "path"),)

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    path: Mapped[Word]
    target: Mapped[Word]
    fields: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(index=True)
