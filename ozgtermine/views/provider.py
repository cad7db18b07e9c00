"""Signing in by the house's own provider (OpenID Connect Core 1.0): code flow with PKCE, state and nonce.

Nobody is created: an account is found by the provider's subject, at first by a confirmed address. Authlib is loaded
only where a provider is configured.
"""

from typing import Any

from flask import Blueprint, Response, current_app, make_response

from ozgtermine.database import transaction
from ozgtermine.errors import NotAllowedError, NotFoundError, Refusal
from ozgtermine.mail.account_messages import Notice
from ozgtermine.models import SignInMethod
from ozgtermine.operations import provider_accounts
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import configured, links
from ozgtermine.views.guards import requires
from ozgtermine.views.notices import tell
from ozgtermine.views.signing_in import finish
from ozgtermine.wording import N_

blueprint = Blueprint("provider", __name__)

TIMEOUT_SECONDS = 10
_CLIENT = "ozgtermine.provider"


class ProviderAwayError(Refusal):
    message = N_("Die zentrale Anmeldung ist gerade nicht erreichbar. Versuchen Sie es bitte später noch einmal.")
    status = 503


class ProviderRefusedError(Refusal):
    message = N_("Die zentrale Anmeldung hat nicht geklappt. Beginnen Sie bitte noch einmal von vorn.")
    status = 403


@blueprint.post("/verwaltung/anmelden/zentral")
@requires(Action.SIGN_IN)
def begin() -> Response:
    """Send to the provider."""
    from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
    from requests import RequestException

    try:
        return make_response(_client().authorize_redirect(links().provider_answer()))
    except (AuthlibBaseError, RequestException, RuntimeError) as error:
        raise ProviderAwayError from error


@blueprint.get("/verwaltung/anmelden/zentral/antwort")
@requires(Action.SIGN_IN)
def answer() -> Response:
    """Take the provider's answer, which only this browser can bring: it belongs to the state in its session."""
    claims = _claims()
    subject = f"{claims['iss']}|{claims['sub']}"
    email = claims.get("email", "") if claims.get("email_verified") is True else ""
    with transaction() as writing:
        found, is_linked_now = provider_accounts.find(writing, subject=subject, email=email)
        if found is None:
            raise NotAllowedError(
                N_("Für Sie ist hier noch kein Konto angelegt. Bitten Sie die Administration um eine Einladung.")
            )
        if is_linked_now:
            tell(writing, found, Notice.PROVIDER_LINKED)
    return finish(found.id, SignInMethod.PROVIDER)


def _claims() -> dict[str, Any]:
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError
    from requests import RequestException

    try:
        token = _client().authorize_access_token()
    except RequestException as error:
        raise ProviderAwayError from error
    except (AuthlibBaseError, JoseError, ValueError) as error:
        raise ProviderRefusedError from error
    claims: dict[str, Any] | None = token.get("userinfo")
    if not claims:
        raise ProviderRefusedError
    return claims


def _client() -> Any:  # noqa: ANN401 - Authlib has no types
    """Return the client of the configured provider; raises NotFoundError where there is none."""
    settings = configured()
    if not settings.oidc_issuer:
        raise NotFoundError
    if _CLIENT not in current_app.extensions:
        from authlib.integrations.flask_client import OAuth  # type: ignore[import-untyped]

        registry = OAuth(current_app)
        registry.register(
            "provider",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email profile",
                "code_challenge_method": "S256",
                "timeout": TIMEOUT_SECONDS,
            },
        )
        current_app.extensions[_CLIENT] = registry
    return current_app.extensions[_CLIENT].provider
