"""Keep what was typed into a form until it is saved or thrown away; each account sees its own alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ozgtermine.errors import Refusal
from ozgtermine.models import Account, FormDraft
from ozgtermine.wording import N_

MOST_DRAFTS = 40
MOST_FIELDS = 200
LONGEST_PATH = 200
MOST_CHARACTERS = 200_000
NEVER_KEPT = frozenset({"version"})
SIDE = "/verwaltung/"


class UnfitDraftError(Refusal):
    """What came is no draft of a form of the workspace, or too much of it."""

    message = N_("Dieser Zwischenstand lässt sich nicht sichern.")


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What was typed on which page, checked: only local addresses, only texts, not too much."""

    path: str
    target: str
    fields: Mapping[str, list[str]]

    @classmethod
    def of(cls, value: Any) -> "Typed":  # noqa: ANN401 - JSON from outside
        """Take it from JSON. Raises UnfitDraftError for anything that no form of ours sends."""
        try:
            path, target, fields = value["path"], value["target"], value["fields"]
            kept = {name: [_text(each) for each in values] for name, values in fields.items() if _is_kept(name)}
        except (TypeError, KeyError, AttributeError):
            raise UnfitDraftError from None
        too_much = len(kept) > MOST_FIELDS or _size(kept) > MOST_CHARACTERS
        if too_much or not _is_ours(path) or not _is_ours(target):
            raise UnfitDraftError
        return cls(path=path, target=target, fields=kept)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a field holds texts")
    return value.replace("\0", "")  # PostgreSQL's JSON refuses to hold it


def _is_kept(name: str) -> bool:
    return name not in NEVER_KEPT and "password" not in name


def _size(fields: Mapping[str, list[str]]) -> int:
    return sum(len(name) + sum(map(len, values)) for name, values in fields.items())


def _is_ours(address: Any) -> bool:  # noqa: ANN401 - JSON from outside
    is_text = isinstance(address, str) and len(address) <= LONGEST_PATH and "\0" not in address
    return is_text and address.startswith(SIDE)


def keep(session: Session, account_id: int, typed: Typed, *, now: datetime) -> FormDraft:
    """Have the draft of that page say what was typed last; beyond the most that are kept the oldest go."""
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())  # two tabs, one draft
    draft = find_draft(session, account_id, typed.path)
    if draft is None:
        draft = FormDraft(account_id=account_id, path=typed.path)
        session.add(draft)
    draft.target, draft.fields, draft.saved_at = typed.target, dict(typed.fields), now
    session.flush()
    newest = select(FormDraft.id).where(FormDraft.account_id == account_id)
    beyond = session.scalars(newest.order_by(FormDraft.saved_at.desc(), FormDraft.id.desc()).offset(MOST_DRAFTS)).all()
    if beyond:
        session.execute(delete(FormDraft).where(FormDraft.id.in_(beyond)))
    return draft


def find_draft(session: Session, account_id: int, path: str) -> FormDraft | None:
    """Return what the account has typed on that page."""
    own = select(FormDraft).where(FormDraft.account_id == account_id, FormDraft.path == path)
    return session.scalars(own).one_or_none()


def is_awaited(session: Session, account_id: int, target: str) -> bool:
    """Return whether the account has a draft of a form that is sent to `target`."""
    own = select(FormDraft.id).where(FormDraft.account_id == account_id, FormDraft.target == target)
    return session.scalars(own.limit(1)).first() is not None


def forget_sent(session: Session, account_id: int, target: str) -> None:
    """Forget the drafts of a form that was accepted."""
    session.execute(delete(FormDraft).where(FormDraft.account_id == account_id, FormDraft.target == target))


def discard(session: Session, account_id: int, path: str) -> None:
    """Forget what was typed on that page."""
    session.execute(delete(FormDraft).where(FormDraft.account_id == account_id, FormDraft.path == path))


def erase_drafts(session: Session, *, before: datetime) -> int:
    """Forget what nobody has come back to since `before`, and return how many that were."""
    old = delete(FormDraft).where(FormDraft.saved_at < before)
    return len(session.execute(old.returning(FormDraft.id)).all())
