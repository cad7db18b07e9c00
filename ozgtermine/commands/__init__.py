"""`ozgtermine …`: commands by name, each module imported only when its command is used.

The group is made in `__main__`, which alone knows how an application is made.
"""

from importlib import import_module

import click

# name → (module below this package, attribute, one line of help)
COMMANDS: dict[str, tuple[str, str, str]] = {
    "run": ("running", "run", "Alles vorbereiten und Server und Mailversand zusammen starten."),
    "serve": ("serving", "serve", "Den Server allein starten (Betrieb hinter nginx)."),
    "worker": ("worker", "worker", "Mails aus dem Ausgang versenden."),
    "nightly": ("worker", "nightly", "Erledigen, was einmal in der Nacht läuft."),
    "migrate": ("migrating", "migrate", "Schlüssel anlegen und die Datenbank auf den neuesten Stand bringen."),
    "check": ("checking", "check", "Sagen, was falsch eingestellt ist."),
    "invite": ("accounts", "invite", "Ein Konto für die Redaktion anlegen und den Einladungslink zeigen."),
    "import": ("importing", "import_", "Daten übernehmen, zum Beispiel aus einem Newsletter."),
    "example": ("example", "example", "Eine leere Datenbank mit Beispieldaten füllen."),
}


class LazyGroup(click.Group):
    """Lists its commands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - see above
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _help = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"{__name__}.{module}"), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - see above
        with formatter.section("Befehle"):
            formatter.write_dl([(name, line) for name, (_module, _attribute, line) in COMMANDS.items()])
