"""The stylesheet that pages ask for."""

import re

from ozgtermine.rendering.stylesheet import stylesheet
from ozgtermine.rendering.templates import resource_folder

CSS = resource_folder("static") / "css"


def test_every_stylesheet_in_the_folder_reaches_the_pages() -> None:
    imported = set(re.findall(r'@import url\("([^":]+)"\)', (CSS / "site.css").read_text("utf-8")))
    present = {path.relative_to(CSS).as_posix() for path in CSS.rglob("*.css")} - {"site.css"}
    assert imported == present | {"../vendor/kern/kern.min.css"}


def test_pages_need_one_request_for_all_styles() -> None:
    assert b"@import" not in stylesheet()


def test_layers_are_named_before_the_first_of_them() -> None:
    served = stylesheet().decode()
    order = served.index("@layer kern, tokens, base, components, utilities;")
    assert order < served.index("@layer kern {")


def test_only_files_beside_the_entry_name_other_files() -> None:
    naming = {path.name for path in (CSS / "components").glob("*.css") if "url(" in path.read_text("utf-8")}
    assert naming == set()
