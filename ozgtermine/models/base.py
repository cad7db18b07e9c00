"""The declarative base, the column types and the conventions that every table shares."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from sqlalchemy import DateTime, Dialect, Enum, MetaData, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC; SQLite, which forgets the zone, gets it back on reading.

    SQLAlchemy calls with the dialect whether one needs it or not.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored instant must be aware")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_column(kind: type[StrEnum], *, check: str = "", **arguments: Any) -> Any:  # noqa: ANN401 - as mapped_column
    """Return a column that stores the values of `kind` as text, guarded by a CHECK named `check`, else after `kind`."""
    stored = Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=check or kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )
    return mapped_column(stored, **arguments)


PrimaryKey = Annotated[int, mapped_column(primary_key=True)]
Word = Annotated[str, mapped_column(String(200))]
LongText = Annotated[str, mapped_column(Text)]


class Base(DeclarativeBase):
    """All tables; free of Flask. Changes of rows of an `audited` model are recorded, see `database`.

    A column declared with `info={"secret": True}` is recorded as changed, without its values.
    """

    audited: ClassVar[bool] = False
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime()}  # noqa: RUF012 - SQLAlchemy's own way to configure
