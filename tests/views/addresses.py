"""Addresses of routes, for tests that walk all of them."""

import re
from collections.abc import Mapping

NOWHERE = 99_999


def filled(rule: str, values: Mapping[str, object]) -> str:
    """Return the rule with `values` for its parameters; what has none is something that does not exist."""

    def value(match: re.Match[str]) -> str:
        if match["kind"] and match["kind"].startswith("any"):
            return str(match["kind"]).partition("(")[2].partition(",")[0].rstrip(")")
        return str(values.get(match["name"], NOWHERE))

    return re.sub(r"<(?:(?P<kind>\w+(?:\([^)]*\))?):)?(?P<name>\w+)>", value, rule)
