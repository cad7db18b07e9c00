"""Migrations make the tables that the models describe, and take them away again."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from ozgtermine.migrations import downgrade, is_current, upgrade
from ozgtermine.models import Base


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Yield an engine on a database without tables, and give the tables back to the tests that come after."""
    made = create_engine(database_url)
    Base.metadata.drop_all(made)
    yield made
    Base.metadata.drop_all(made)
    with made.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    Base.metadata.create_all(made)
    made.dispose()


def test_migrations_lead_to_the_tables_of_the_models(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    assert is_current(engine)


def test_accounts_and_what_points_to_them_survive_new_columns(engine: Engine) -> None:
    upgrade(engine, "0002")
    with engine.begin() as connection:
        connection.execute(text(
            "INSERT INTO account (id, email, email_normalised, name, role, session_epoch, created_at) "
            "VALUES (7, 'a@b.example', 'a@b.example', 'Erika', 'editor', 1, '2023-01-01 00:00:00+00:00')"
        ))
        connection.execute(text(
            "INSERT INTO account_link (id, token_hash, purpose, account_id, created_at, expires_at) VALUES "
            "(3, 'x', 'invite', 7, '2023-01-01 00:00:00+00:00', '2023-01-02 00:00:00+00:00')"
        ))
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT account_id, purpose FROM account_link")).all() == [(7, "invite")]
        assert connection.execute(text("SELECT id, role, totp_step FROM account")).all() == [(7, "editor", 0)]
        connection.execute(text("UPDATE account_link SET purpose = 'sign_in'"))
        with pytest.raises(IntegrityError):
            connection.execute(text("UPDATE account_link SET purpose = 'unknown'"))


def test_migrations_leave_the_checks_of_the_models_and_no_other(engine: Engine) -> None:
    """Alembic compares no CHECKs, and SQLite's copies of tables can lose or double them."""
    upgrade(engine)
    migrated = checks(engine)
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    assert migrated == checks(engine)


def checks(engine: Engine) -> dict[str, list[str]]:
    found = inspect(engine)
    names = sorted(set(found.get_table_names()) - {"alembic_version"})
    return {name: sorted(str(check["name"]) for check in found.get_check_constraints(name)) for name in names}


def test_a_database_without_tables_is_not_current(engine: Engine) -> None:
    assert not is_current(engine)


def test_going_all_the_way_back_leaves_no_table(engine: Engine) -> None:
    upgrade(engine)
    downgrade(engine)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    assert not is_current(engine)


def test_mails_that_wait_go_into_parts_and_back(engine: Engine) -> None:
    upgrade(engine, "0007")
    content = (
        b"From: OZG <termine@land.example>\r\nTo: =?utf-8?q?Zo=C3=AB?= <zoe@musterburg.example>\r\n"
        b"Reply-To: k@land.example\r\nMessage-ID: <1@land.example>\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n"
        b"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hallo</p>\r\n"
        b"--b\r\nContent-Type: text/calendar; charset=utf-8; method=CANCEL\r\n\r\nBEGIN:VCALENDAR\r\n--b--\r\n"
    )
    with engine.begin() as connection:
        connection.execute(text(
            "INSERT INTO outgoing_mail (id, message_id, kind, recipient, recipient_normalised, subject, content, "
            "priority, state, change_id, created_at, due_at, attempts, last_error) VALUES (1, '<1@land.example>', "
            "'withdrawn', 'zoe@musterburg.example', 'zoe@musterburg.example', 'Betreff', :content, 0, 'queued', '', "
            "'2023-01-01 00:00:00+00:00', '2023-01-01 00:00:00+00:00', 0, '')"
        ), {"content": content})  # fmt: skip
    upgrade(engine)
    with engine.connect() as connection:
        parts = connection.execute(text(
            "SELECT recipient_name, sender, sender_name, reply_to, text, html, calendar, calendar_method "
            "FROM outgoing_mail"
        )).one()  # fmt: skip
    assert tuple(parts[:6]) == ("Zoë", "termine@land.example", "OZG", "k@land.example", "Grüße", "<p>Hallo</p>")
    assert (bytes(parts.calendar), parts.calendar_method) == (b"BEGIN:VCALENDAR", "CANCEL")
    downgrade(engine, "0007")
    with engine.connect() as connection:
        whole = bytes(connection.execute(text("SELECT content FROM outgoing_mail")).scalar_one())
    assert b"Message-ID: <1@land.example>" in whole
    assert b"Gr=C3=BC=C3=9Fe" in whole
