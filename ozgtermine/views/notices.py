"""Security notices: what happened to an account is mailed to it in the transaction in which it happens."""

from flask import request
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.mail import outbox
from ozgtermine.mail.account_messages import Notice, security_notice
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Account
from ozgtermine.rules.devices import device_name
from ozgtermine.views.answers import settings


def tell(session: Session, account: Account, what: Notice, *, own_device: bool = True) -> None:
    """Mail the notice; it names the present device unless somebody else did it."""
    device = device_name(request.user_agent.string, account.language) if own_device else ""
    letterhead = Letterhead.of(settings())
    mail = security_notice(letterhead, account, what, device=device, now=clock.real_now())
    outbox.post(session, mail, letterhead, now=clock.now())
