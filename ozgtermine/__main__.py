"""`python -m ozgtermine` and the command `ozgtermine`."""

import sys
from typing import TYPE_CHECKING

import click

from ozgtermine.commands import LazyGroup
from ozgtermine.errors import Refusal

if TYPE_CHECKING:
    from flask import Flask

USAGE_ERROR = 2


@click.group(cls=LazyGroup)
@click.pass_context
def cli(context: click.Context) -> None:
    """OZG-Termine: Termine planen, ankündigen und dokumentieren."""
    from flask.cli import ScriptInfo  # `--help` needs no Flask and shall be quick

    context.obj = ScriptInfo(create_app=_application)


def _application() -> "Flask":
    from ozgtermine.application import create_app  # see cli

    return create_app()


def main() -> None:
    """Run a command; what the product refuses is one sentence and exit code 2, not a traceback."""
    try:
        cli(prog_name="ozgtermine")
    except Refusal as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(USAGE_ERROR)


if __name__ == "__main__":
    main()
