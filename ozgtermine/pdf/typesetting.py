"""Typst as the house uses it: a template of ours, data as JSON, PDF/UA-1 out (ISO 14289-1)."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typst import Fonts

TEMPLATES = Path(__file__).parent / "templates"


def typeset(template: str, data: Mapping[str, object], *, made_at: datetime) -> bytes:
    """Return the PDF that `templates/<template>.typ` makes of `data`; the same arguments give the same bytes.

    `data` reaches the template as JSON in `sys.inputs.data`, so that no text is read as markup. `made_at` is aware
    and becomes the date of the file.
    """
    import typst  # 50 MB of machine code, and needed only here

    return typst.compile(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(data)},
        pdf_standards=["ua-1"],
        timestamp=int(made_at.timestamp()),
    )


@cache
def _fonts() -> "Fonts":
    """Return the fonts that come with Typst, and none of the machine's: every machine makes the same file."""
    from typst import Fonts

    return Fonts(include_system_fonts=False)
