"""What mails to members of groups say."""

from ozgtermine.mail.composing import Mail
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Membership
from ozgtermine.rendering.templates import render


def joined(letterhead: Letterhead, membership: Membership, *, role: str) -> Mail:
    """Say that somebody is in a group now, and how to sign in without a password."""
    values = {
        "letterhead": letterhead,
        "membership": membership,
        "role": role,
        "link": letterhead.links.sign_in(),
    }
    return Mail(
        kind="joined",
        recipient=membership.person.email,
        recipient_name=membership.person.name,
        reply_to=membership.series.contact_email or letterhead.contact,
        subject=render("mail/joined/subject.txt", **values).strip(),
        text=render("mail/joined/body.txt", **values),
        html=render("mail/joined/body.html", **values),
    )
