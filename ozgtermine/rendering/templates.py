"""The Jinja environment without Flask: mails and embeds are made by jobs too."""

from collections.abc import Callable
from functools import cache, partial
from inspect import signature
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_eval_context, select_autoescape
from jinja2.nodes import EvalContext
from markupsafe import Markup

from ozgtermine.rendering.dates import FILTERS
from ozgtermine.wording import catalogue, translate

_PACKAGE = Path(__file__).parents[1]


def resource_folder(name: str) -> Path:
    """Return the folder `templates` or `static`: beside the package in a checkout, inside it in a wheel."""
    beside = _PACKAGE.parent / name
    return beside if (_PACKAGE.parent / "pyproject.toml").is_file() else _PACKAGE / name


@cache
def environment(language: str = "de") -> Environment:
    """Return the environment whose `_()` speaks `language`; HTML is escaped, text is not."""
    made = Environment(
        loader=FileSystemLoader(resource_folder("templates")),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        keep_trailing_newline=True,
    )
    made.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    made.globals["_"] = sentence_in(language)
    made.filters.update({name: _speaking(each, language) for name, each in FILTERS.items()})
    made.globals["language"] = language
    return made


def sentence_in(language: str) -> Callable[..., str]:
    """Return Jinja's own `_()` of a third of its cost: it need not look up at each sentence who translates."""

    @pass_eval_context
    def sentence(context: EvalContext, message: str, **values: object) -> str:
        if not context.autoescape:
            return translate(message, language, **values)
        found = Markup(translate(message, language))  # noqa: S704 - the catalogue is ours
        return found % values if values else found

    return sentence


def _speaking(filter_: Callable[..., Any], language: str) -> Callable[..., Any]:
    """Return the filter in `language`, where it has one."""
    return partial(filter_, language=language) if "language" in signature(filter_).parameters else filter_


def render(template: str, language: str = "de", /, **values: Any) -> str:  # noqa: ANN401 - templates take anything
    """Return the text of `template` in `language`."""
    return environment(language).get_template(template).render(values)
