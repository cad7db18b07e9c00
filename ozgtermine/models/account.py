"""Who may sign in, the one-time links of accounts, and the attempts that are counted against guessing."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ozgtermine.models.base import Base, PrimaryKey, Word, enum_column
from ozgtermine.models.people import Person


class AccountRole(StrEnum):
    """Roles that an account has by itself; all others come from memberships."""

    EDITOR = "editor"
    ADMINISTRATOR = "administrator"


class AccountLinkPurpose(StrEnum):
    SET_UP = "set_up"
    INVITE = "invite"


class Account(Base):
    """Signs in by its address. Raising `session_epoch` ends all its sessions."""

    __tablename__ = "account"

    id: Mapped[PrimaryKey]
    email: Mapped[Word]
    email_normalised: Mapped[Word] = mapped_column(unique=True)
    name: Mapped[Word]
    password_hash: Mapped[Word | None]
    role: Mapped[AccountRole] = enum_column(AccountRole)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    session_epoch: Mapped[int] = mapped_column(default=1)
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_signed_in_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship()


class AccountLink(Base):
    """A one-time link; only the hash of its secret is stored. SET_UP makes the first administrator."""

    __tablename__ = "account_link"

    id: Mapped[PrimaryKey]
    token_hash: Mapped[Word] = mapped_column(unique=True)
    purpose: Mapped[AccountLinkPurpose] = enum_column(AccountLinkPurpose)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """A failed attempt, kept for the rate limit only."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_email_at", "email_normalised", "at"),)

    id: Mapped[PrimaryKey]
    email_normalised: Mapped[Word]
    network: Mapped[Word] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)
