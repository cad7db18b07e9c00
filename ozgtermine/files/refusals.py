"""Why a file is not taken."""

from ozgtermine.errors import Refusal


class UnsuitableFileError(Refusal):
    """The file is not what we take; the sentence says what to do."""

    def __init__(self, message: str, /, **values: object) -> None:
        super().__init__(message, field="file", **values)
