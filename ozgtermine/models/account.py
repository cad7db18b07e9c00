"""Who may sign in and by what, the one-time links and sessions of accounts, and the attempts that are counted."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ozgtermine.models.base import Base, LongText, PrimaryKey, Word, enum_column
from ozgtermine.models.people import Person


class AccountRole(StrEnum):
    """Roles that an account has by itself; all others come from memberships."""

    EDITOR = "editor"
    ADMINISTRATOR = "administrator"


class AccountLinkPurpose(StrEnum):
    SET_UP = "set_up"
    INVITE = "invite"
    SIGN_IN = "sign_in"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose


class SignInMethod(StrEnum):
    PASSWORD = "password"  # noqa: S105 - a method
    PASSWORD_AND_TOTP = "password_and_totp"  # noqa: S105 - a method
    PASSWORD_AND_PASSKEY = "password_and_passkey"  # noqa: S105 - a method
    PASSWORD_AND_RECOVERY_CODE = "password_and_recovery_code"  # noqa: S105 - a method
    PASSKEY = "passkey"
    LINK = "link"
    PROVIDER = "provider"


class Account(Base):
    """Signs in by its address. Without a role its rights come from the memberships of its person alone.

    `language` is that of its mails. `totp_secret` is encrypted; a code counts only for a time step after `totp_step`
    (RFC 6238, 5.2). `oidc_subject` is issuer and subject of the provider that this account signs in by.
    """

    __tablename__ = "account"
    audited = True

    id: Mapped[PrimaryKey]
    email: Mapped[Word]
    email_normalised: Mapped[Word] = mapped_column(unique=True, info={"derived": True})
    name: Mapped[Word]
    language: Mapped[Word] = mapped_column(default="de")
    password_hash: Mapped[Word | None] = mapped_column(info={"secret": True})
    role: Mapped[AccountRole | None] = enum_column(AccountRole, nullable=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    totp_secret: Mapped[LongText | None] = mapped_column(info={"secret": True})
    totp_step: Mapped[int] = mapped_column(default=0, info={"derived": True})
    oidc_subject: Mapped[LongText | None] = mapped_column(unique=True, info={"secret": True})
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(info={"derived": True})
    last_signed_in_at: Mapped[datetime | None] = mapped_column(info={"derived": True})

    person: Mapped[Person | None] = relationship()
    passkeys: Mapped[list["Passkey"]] = relationship(
        back_populates="account", order_by="Passkey.id", cascade="all, delete-orphan"
    )
    recovery_codes: Mapped[list["RecoveryCode"]] = relationship(
        back_populates="account", order_by="RecoveryCode.id", cascade="all, delete-orphan"
    )

    @property
    def has_second_factor(self) -> bool:
        return self.totp_secret is not None or bool(self.passkeys)


class Passkey(Base):
    """A public key that proves its device (WebAuthn level 3); `sign_count` uncovers copies where it is counted."""

    __tablename__ = "passkey"
    audited = True

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    name: Mapped[Word]
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True, info={"derived": True})
    public_key: Mapped[bytes] = mapped_column(LargeBinary, info={"derived": True})
    sign_count: Mapped[int] = mapped_column(default=0, info={"derived": True})
    created_at: Mapped[datetime] = mapped_column(info={"derived": True})
    last_used_at: Mapped[datetime | None] = mapped_column(info={"derived": True})

    account: Mapped[Account] = relationship(back_populates="passkeys")


class RecoveryCode(Base):
    """Stands in once for a lost second factor; only its hash is stored."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "code_hash"),)

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[Word]
    used_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(back_populates="recovery_codes")


class AccountSession(Base):
    """Somebody is signed in on a device; ending it is deleting its row. Times are real, also in a demonstration.

    `proven_at` is when the person last showed a secret: what is delicate asks for it anew.
    """

    __tablename__ = "account_session"

    id: Mapped[PrimaryKey]
    token_hash: Mapped[Word] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    method: Mapped[SignInMethod] = enum_column(SignInMethod)
    device: Mapped[Word]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    proven_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)

    account: Mapped[Account] = relationship()


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
    """An attempt that has not succeeded, kept for the limits only; `device` is empty for one that is not known."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_email_at", "email_normalised", "at"),)

    id: Mapped[PrimaryKey]
    email_normalised: Mapped[Word]
    network: Mapped[Word] = mapped_column(index=True)
    device: Mapped[Word] = mapped_column(default="", index=True)
    at: Mapped[datetime] = mapped_column(index=True)
