"""Kinds of options that refuse in German."""

from datetime import date

import click

LAST_PORT = 65535


class Day(click.ParamType[date]):
    """A day as JJJJ-MM-TT."""

    name = "JJJJ-MM-TT"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"„{value}“ ist kein Tag. Schreiben Sie zum Beispiel 2023-02-06.", param, ctx)


class Port(click.ParamType[int]):
    """A port that a server can listen on."""

    name = "PORT"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if not str(value).isdecimal() or not 1 <= int(value) <= LAST_PORT:
            self.fail(f"„{value}“ ist kein Port. Nehmen Sie eine Zahl von 1 bis {LAST_PORT}.", param, ctx)
        return int(value)


HOST = click.option("--host", default="127.0.0.1", show_default=True, help="Adresse, auf der der Server hört.")
PORT = click.option("--port", default=8000, show_default=True, type=Port(), help="Port, auf dem der Server hört.")
