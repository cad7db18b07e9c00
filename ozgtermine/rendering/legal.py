"""The legal texts that hold until somebody has written one on a page: the operator's file, or ours."""

from ozgtermine.config import Settings
from ozgtermine.rendering.templates import render
from ozgtermine.wording import N_

TITLES = {
    "impressum": N_("Impressum"),
    "datenschutz": N_("Datenschutz"),
    "barrierefreiheit": N_("Barrierefreiheit"),
    "leichte-sprache": N_("Leichte Sprache"),
}


def legal_text(name: str, settings: Settings) -> str:
    """Return the Markdown of the operator's text, else of ours."""
    if has_file(name, settings):
        return (settings.legal_folder / f"{name}.md").read_text(encoding="utf-8")
    return render(f"legal/{name}.md", site=settings)


def has_file(name: str, settings: Settings) -> bool:
    """Return whether the operator has put a text of that name into the instance folder."""
    return (settings.legal_folder / f"{name}.md").is_file()
