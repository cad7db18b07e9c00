"""The security checklist names only tests that exist."""

import ast
import re

from tests.living import TOP

NAMED = re.compile(r"(tests/[\w/]+\.py)::(\w+)")


def test_every_test_that_the_page_names_exists() -> None:
    named = NAMED.findall((TOP / "docs/security.md").read_text(encoding="utf-8"))
    assert len(named) > 40
    assert [f"{path}::{name}" for path, name in named if name not in functions(path)] == []


def functions(path: str) -> set[str]:
    file = TOP / path
    if not file.is_file():
        return set()
    parsed = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(parsed) if isinstance(node, ast.FunctionDef)}
