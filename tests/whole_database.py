"""Every row of every table: to compare before and after, to look for a name in, to put back like a backup."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from ozgtermine.models import Base

Dump = Mapping[str, Sequence[Mapping[str, Any]]]


def dump(connection: Connection) -> Dump:
    """Return all rows by table, in the order of their keys."""
    return {
        table.name: [dict(row) for row in connection.execute(table.select().order_by(*table.primary_key)).mappings()]
        for table in Base.metadata.sorted_tables
    }


def put_back(connection: Connection, kept: Dump) -> None:
    """Leave exactly the rows that were kept, as a restored backup does."""
    is_sqlite = connection.dialect.name == "sqlite"
    unchecked = "PRAGMA defer_foreign_keys = ON" if is_sqlite else "SET session_replication_role = replica"
    connection.execute(text(unchecked))
    for table in reversed(Base.metadata.sorted_tables):
        connection.execute(table.delete())
    for table in Base.metadata.sorted_tables:
        if kept[table.name]:
            connection.execute(table.insert(), kept[table.name])
    if not is_sqlite:
        connection.execute(text("SET session_replication_role = DEFAULT"))
