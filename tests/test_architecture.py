"""What holds for the whole house: the order of imports, declared routes, one way of writing, quick commands."""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from ozgtermine.application import create_app
from ozgtermine.config import Settings
from ozgtermine.database import PUBLIC
from ozgtermine.links import Links
from ozgtermine.rules.permissions import Action
from ozgtermine.views.guards import declared_action
from tests.living import TOP

PACKAGE = TOP / "ozgtermine"
HEAVY = [
    "alembic",
    "argon2",
    "babel",
    "flask",
    "holidays",
    "icalendar",
    "jinja2",
    "sqlalchemy",
    "werkzeug",
    "wtforms",
]
HEAVY_IN_SERVER = ["alembic", "granian", "playwright", "pytest", "typst"]
WRITES = {"insert", "update", "delete"}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


@pytest.fixture
def application(tmp_path: Path) -> Flask:
    return create_app(Settings(instance=tmp_path, secret_key="only-for-tests"))


def test_imports_go_down_only() -> None:
    assert (
        lint_imports(config_filename=str(TOP / "pyproject.toml"), is_debug_mode=True) == EXIT_STATUS_SUCCESS
    )


def test_every_route_declares_its_action(application: Flask) -> None:
    endpoints = {rule.endpoint for rule in application.url_map.iter_rules()}
    assert [
        each for each in sorted(endpoints) if not isinstance(declared_action(application, each), Action)
    ] == []


def test_no_two_routes_have_one_address(application: Flask) -> None:
    seen: dict[tuple[str, str], str] = {}
    doubles = []
    for rule in application.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            shape = re.sub(r"<[^>]*>", "<>", rule.rule)
            if seen.setdefault((method, shape), rule.endpoint) != rule.endpoint and not converters_differ(
                rule.rule
            ):
                doubles.append((method, rule.rule))
    assert doubles == []


def converters_differ(rule: str) -> bool:
    return ":" in rule


def test_public_tables_are_written_row_by_row_so_that_the_revision_rises() -> None:
    """A Core write of a table (`Event.__table__`, `text("UPDATE …")`) would pass by the mark of the session."""
    public = {model.__name__ for model in PUBLIC}
    assert [where for path in MODULES for where in table_writes(path, public)] == []


def table_writes(path: Path, public: set[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr == "__table__" and ast.unparse(node.value) in public:
            yield f"{path.relative_to(TOP)}:{node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and is_raw_write(node.value):
            yield f"{path.relative_to(TOP)}:{node.lineno}: {node.value}"


def is_raw_write(text: str) -> bool:
    return bool(re.match(r"\s*(INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\b", text))


@pytest.mark.parametrize(
    "code", ["Event.__table__.update()", "'UPDATE event SET title = 1'", "'DELETE FROM event'"]
)
def test_a_write_that_passes_by_the_session_is_found(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "module.py"
    path.write_text(code, encoding="utf-8")
    monkeypatch.setattr(sys.modules[__name__], "TOP", tmp_path)
    assert len(list(table_writes(path, {"Event"}))) == 1


def test_help_needs_nothing_heavy() -> None:
    assert (
        loaded_by(
            "import sys; sys.argv[1:] = ['--help']; main = __import__('ozgtermine.__main__').__main__.main",
            "main()",
            HEAVY,
        )
        == []
    )


def test_the_server_loads_nothing_that_only_commands_need() -> None:
    assert loaded_by("import ozgtermine.application", "pass", HEAVY_IN_SERVER) == []


def loaded_by(first: str, then: str, wanted: list[str]) -> list[str]:
    """Return which of the modules `wanted` a fresh Python has after running both pieces of code."""
    code = (
        f"{first}\ntry:\n    {then}\nexcept SystemExit:\n    pass\nimport sys\n"
        f"print('LOADED', *(name for name in {wanted} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=TOP, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1].split()[1:]


def test_operations_never_commit() -> None:
    found = [
        f"{path.relative_to(TOP)}:{node.lineno}"
        for path in sorted((PACKAGE / "operations").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback"}
    ]
    assert found == []


def test_time_is_read_in_the_clock_and_at_the_edges_only() -> None:
    edges = {"front", "views", "jobs", "commands", "clock.py", "database.py"}  # which stamps the record
    found = [
        f"{path.relative_to(TOP)}:{node.lineno}"
        for path in MODULES
        if path.relative_to(PACKAGE).parts[0] not in edges
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and re.search(
            r"\b(datetime\.now|datetime\.utcnow|date\.today|clock\.(now|today))$", ast.unparse(node.func)
        )
    ]
    assert found == []


def test_pages_carry_no_inline_style_or_script() -> None:
    pages = [
        path
        for path in sorted((TOP / "templates").rglob("*.html"))
        if not {"mail", "embeds"} & set(path.relative_to(TOP).parts)
    ]
    found = [
        (str(path.relative_to(TOP)), match[0])
        for path in pages
        for match in re.finditer(
            r"<style\b|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=[\"']", path.read_text("utf-8")
        )
    ]
    assert found == []


def test_every_address_in_mails_and_feeds_leads_to_a_route(application: Flask) -> None:
    arguments = {
        "document_id": 1, "slug": "x", "token": "x", "name": "alle", "style": "text.txt", "language": "en"
    }  # fmt: skip
    links, routes = Links(""), application.url_map.bind("termine.example")
    for name, function in inspect.getmembers(links, inspect.ismethod):
        if not name.startswith("_"):
            path = function(**{each: arguments[each] for each in inspect.signature(function).parameters})
            endpoint, _values = routes.match(path)
            assert endpoint in application.view_functions, name
