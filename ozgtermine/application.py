"""`create_app()`: the only place that wires configuration, extensions, blueprints and error pages."""

import os
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, request
from jinja2 import StrictUndefined
from werkzeug.local import LocalProxy
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from ozgtermine import clock
from ozgtermine.config import ConfigurationError, Settings
from ozgtermine.database import db
from ozgtermine.front import layer as front
from ozgtermine.links import Links
from ozgtermine.rendering.dates import FILTERS
from ozgtermine.rendering.paragraphs import paragraphs
from ozgtermine.rendering.pictures import qr_code
from ozgtermine.rendering.templates import resource_folder, sentence_in
from ozgtermine.views import (
    answers,
    assets,
    calendars,
    cards,
    compression,
    documents,
    errors,
    events,
    groups,
    guards,
    legal,
    mailbox,
    newsletter,
    organizing,
    own_account,
    own_data,
    passkeys,
    personal_calendars,
    programme_calendars,
    provider,
    registration,
    registration_changes,
    registration_links,
    restored,
    second_factors,
    series,
    series_registration,
    setting_up,
    signing_in,
    start,
)
from ozgtermine.views.guards import actor_may
from ozgtermine.views.navigation import workspace_links
from ozgtermine.views.sessions import current_actor, login_manager
from ozgtermine.wording import N_, catalogue

BLUEPRINTS = (
    assets.blueprint,
    start.blueprint,
    series.blueprint,
    events.blueprint,
    calendars.blueprint,
    newsletter.blueprint,
    documents.blueprint,
    registration.blueprint,
    registration_links.blueprint,
    registration_changes.blueprint,
    series_registration.blueprint,
    own_data.blueprint,
    personal_calendars.blueprint,
    programme_calendars.blueprint,
    groups.blueprint,
    mailbox.blueprint,
    legal.blueprint,
    signing_in.blueprint,
    setting_up.blueprint,
    own_account.blueprint,
    second_factors.blueprint,
    passkeys.blueprint,
    provider.blueprint,
    *organizing.BLUEPRINTS,
)
STATIC_SECONDS = 31_536_000


class StorableId(IntegerConverter):
    """A number in an address; one that no database could hold matches no route, so that it is simply not found."""

    def __init__(self, url_map: Map, fixed_digits: int = 0) -> None:
        super().__init__(url_map, fixed_digits, max=2**31 - 1)


@dataclass(frozen=True)
class Wiring:
    """What views find under `app.extensions["ozgtermine"]`."""

    settings: Settings
    links: Links


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application of `settings`, by default those of the environment."""
    return wire(assemble(), settings or Settings.load(os.environ))


def assemble() -> Flask:
    """Return the application as it is under any settings: its routes, its templates, what stands around every view."""
    app = Flask("ozgtermine", static_folder=resource_folder("static"), template_folder=resource_folder("templates"))
    login_manager.init_app(app)
    # Nobody is remembered beyond a session; asking each time would touch the session and add `Vary: Cookie` to all.
    app.after_request_funcs[None].remove(login_manager._update_remember_cookie)  # noqa: SLF001 - no switch for it
    app.url_map.converters["int"] = StorableId
    restored.install(app)
    guards.install(app)
    errors.install(app)
    compression.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    _prepare_templates(app)
    return app


def wire(app: Flask, settings: Settings) -> Flask:
    """Give an assembled application its settings, its database and the front before it. Raises ConfigurationError."""
    if not settings.secret_key:
        raise ConfigurationError(N_("Der geheime Schlüssel fehlt noch. Rufen Sie einmal „ozgtermine migrate“ auf."))
    clock.shift(timedelta(days=settings.clock_offset_days))
    _configure(app, settings)
    app.extensions["ozgtermine"] = Wiring(settings, Links(settings.base_url.rstrip("/")))
    db.init_app(app)
    with app.app_context():
        front.install(app, db.engine, settings.instance / "feeds")
    return app


def _configure(app: Flask, settings: Settings) -> None:
    secure = settings.base_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_address,
        SESSION_COOKIE_NAME="__Host-ozgtermine" if secure else "ozgtermine",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=settings.member_session_days),
        MAX_CONTENT_LENGTH=settings.upload_limit_bytes + 1_000_000,
        MAX_FORM_MEMORY_SIZE=2_000_000,
        SEND_FILE_MAX_AGE_DEFAULT=STATIC_SECONDS,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _prepare_templates(app: Flask) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_translations(catalogue("de"), newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.filters.update(FILTERS, paragraphs=paragraphs, qr_code=qr_code)
    app.jinja_env.globals.update(site=LocalProxy(answers.settings), asset=assets.address, messages=answers.notices)
    app.context_processor(lambda: {"actor": current_actor(), "may": actor_may, "current_path": request.path})
    app.jinja_env.globals.update(kept_cards=cards.kept_cards, _=sentence_in("de"))
    app.jinja_env.globals.update(workspace_links=workspace_links, passkeys_possible=passkeys.are_possible)
