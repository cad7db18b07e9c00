"""What mails to members of groups say, in the person's language."""

from ozgtermine.mail.composing import Mail
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Membership
from ozgtermine.rendering.templates import render
from ozgtermine.rendering.words import MEMBERSHIP_ROLES
from ozgtermine.wording import translate


def joined(letterhead: Letterhead, membership: Membership) -> Mail:
    """Say that somebody is in a group now, and how to sign in without a password."""
    language = membership.person.language
    values = {
        "letterhead": letterhead,
        "membership": membership,
        "role": translate(MEMBERSHIP_ROLES[membership.role], language),
        "link": letterhead.links.sign_in(),
    }
    return Mail(
        kind="joined",
        recipient=membership.person.email,
        recipient_name=membership.person.name,
        reply_to=membership.series.contact_email or letterhead.contact,
        subject=render("mail/joined/subject.txt", language, **values).strip(),
        text=render("mail/joined/body.txt", language, **values),
        html=render("mail/joined/body.html", language, **values),
    )
