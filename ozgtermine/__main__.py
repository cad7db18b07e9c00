"""`python -m ozgtermine` and the command `ozgtermine`."""

import sys
from typing import TYPE_CHECKING

import click

from ozgtermine.commands import LazyGroup
from ozgtermine.errors import Refusal

if TYPE_CHECKING:
    from flask import Flask

USAGE_ERROR = 2
INTERRUPTED = 130  # 128 and SIGINT, as shells say it


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
        code = cli(prog_name="ozgtermine", standalone_mode=False)
    except Refusal as refusal:
        _end(str(refusal), USAGE_ERROR)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.BadParameter as error:  # our own kinds of options say it in German
        _end(error.message, error.exit_code)
    except click.ClickException as error:
        _end(error.format_message(), error.exit_code)
    except click.Abort:
        _end("Abgebrochen.", INTERRUPTED)
    else:
        sys.exit(code or 0)


def _end(sentence: str, code: int) -> None:
    click.echo(sentence, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
