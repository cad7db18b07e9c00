"""What the product refuses, and why: named kinds with a sentence a person can act on."""

from typing import ClassVar

from ozgtermine.wording import N_


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a defect of the program
    """A rule says no. `message` is the German sentence (a gettext message id), `values` fill its placeholders."""

    message: ClassVar[str] = ""
    status: ClassVar[int] = 422

    def __init__(self, message: str = "", /, *, field: str | None = None, **values: object) -> None:
        self.sentence = message or self.message
        self.field = field
        self.values = values
        super().__init__(self.sentence % values if values else self.sentence)


class NotAllowedError(Refusal):
    message = N_("Dafür fehlt Ihnen die Berechtigung.")
    status = 403


class NotFoundError(Refusal):
    message = N_("Diese Seite gibt es nicht oder nicht mehr.")
    status = 404


class StaleEditError(Refusal):
    message = N_("Jemand hat diesen Eintrag inzwischen geändert.")
    status = 409


class BusyError(Refusal):
    message = N_("Gerade melden sich sehr viele Menschen gleichzeitig an. Bitte versuchen Sie es gleich noch einmal.")
    status = 503


class InvalidValueError(Refusal):
    """A value that the rules do not take; `field` names it where a form is behind it."""


class LinkExpiredError(Refusal):
    message = N_("Dieser Link ist abgelaufen oder wurde schon benutzt.")
    status = 410
