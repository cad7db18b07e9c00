"""What somebody reads who follows a mailed link that is no longer good, and where they go from there."""

from flask import Blueprint, Response, request, url_for

from ozgtermine.errors import LinkExpiredError
from ozgtermine.views.answers import page
from ozgtermine.wording import N_, translate

_REGISTER_AGAIN = N_("Er ist abgelaufen. Haben Sie Ihre Anmeldung noch nicht bestätigt, melden Sie sich bitte neu an.")
_ASK_WHO_SENT_IT = N_("Er ist abgelaufen oder wurde schon benutzt. Bitten Sie die Person, die Sie vertreten, um einen "
                      "neuen.")  # fmt: skip
_ELSEWHERE = {
    "registration_links.ask_to_confirm": _REGISTER_AGAIN,
    "registration_links.confirm": _REGISTER_AGAIN,
    "registration_changes.ask_to_take_over": _ASK_WHO_SENT_IT,
    "registration_changes.take_over": _ASK_WHO_SENT_IT,
}


def lead_on(blueprint: Blueprint) -> None:
    """Answer a dead link to one of the blueprint's pages with the way to a good one."""
    blueprint.register_error_handler(LinkExpiredError, _answer)


def _answer(refusal: LinkExpiredError) -> Response:
    title = translate(N_("Dieser Link gilt nicht mehr"))
    if sentence := _ELSEWHERE.get(request.endpoint or ""):
        return page("errors/error.html", refusal.status, title=title, sentence=translate(sentence))
    return page(
        "errors/error.html",
        refusal.status,
        title=title,
        sentence=translate(N_("Er ist abgelaufen oder wurde schon benutzt. Fordern Sie einen neuen an.")),
        next_url=url_for("own_data.ask"),
        next_text=translate(N_("Neuen Link anfordern")),
    )
