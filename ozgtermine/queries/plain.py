"""Numbers and ids without objects: Core asks for them in half the time that the ORM takes."""

from collections.abc import Mapping
from typing import Any, TypeVarTuple

from sqlalchemy import CursorResult, Select
from sqlalchemy.orm import Session

Columns = TypeVarTuple("Columns")


def rows(
    session: Session, statement: Select[*Columns], values: Mapping[str, Any] | None = None
) -> CursorResult[*Columns]:
    """Return the columns that are found; what the session has changed is written before, and counted."""
    session.flush()
    return session.connection().execute(statement, values)
