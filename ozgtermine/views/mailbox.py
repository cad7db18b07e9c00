"""The mailbox of a demonstration: mails that were not sent but kept, to read and to follow."""

from flask import Blueprint, Response, make_response
from markupsafe import Markup, escape

from ozgtermine.errors import NotFoundError
from ozgtermine.mail.folder import Kept, find_kept_mail, kept_mails
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import confidential, page, settings
from ozgtermine.views.guards import requires

blueprint = Blueprint("mailbox", __name__, url_prefix="/postfach")

# A mail's HTML comes with inline styles and must not act in our name: it is shown alone, in an origin of its own.
HTML_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)


@blueprint.before_request
def _only_in_a_demonstration() -> None:
    if not settings().is_demo:
        raise NotFoundError


@blueprint.after_request
def _keep_to_oneself(response: Response) -> Response:
    return confidential(response)


@blueprint.get("")
@requires(Action.READ_MAILBOX)
def index() -> Response:
    """List the kept mails, the newest first."""
    return page("mailbox/index.html", mails=kept_mails(settings().mail_folder))


@blueprint.get("/<name>")
@requires(Action.READ_MAILBOX)
def show(name: str) -> Response:
    """Show one mail as text, with links to follow."""
    mail = _get(name)
    return page("mailbox/show.html", mail=mail, text=_with_links(mail.text))


@blueprint.get("/<name>/html")
@requires(Action.READ_MAILBOX)
def html(name: str) -> Response:
    """Give the HTML of a mail as a page of its own."""
    response = make_response(_get(name).html)
    response.headers["Content-Security-Policy"] = HTML_POLICY
    return response


@blueprint.get("/<name>/invite.ics")
@requires(Action.READ_MAILBOX)
def calendar(name: str) -> Response:
    """Give the attached calendar file."""
    content = _get(name).calendar
    if content is None:
        raise NotFoundError
    response = make_response(content)
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return response


def _get(name: str) -> Kept:
    mail = find_kept_mail(settings().mail_folder, name)
    if mail is None:
        raise NotFoundError
    return mail


def _with_links(text: str) -> Markup:
    """Return the text with each web address as a link; everything else is escaped."""
    return Markup("\n").join(Markup(" ").join(_linked(word) for word in line.split(" ")) for line in text.split("\n"))


def _linked(word: str) -> Markup:
    if not word.startswith(("http://", "https://")):
        return escape(word)
    return Markup('<a href="{0}">{0}</a>').format(word)
