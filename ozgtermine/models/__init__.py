"""The tables. Importing this package knows them all, so that `Base.metadata` is whole."""

from ozgtermine.models.account import Account, AccountLink, AccountLinkPurpose, AccountRole, SignInAttempt
from ozgtermine.models.base import Base
from ozgtermine.models.document import Document, DocumentKind, DocumentVersion
from ozgtermine.models.event import Access, Audience, Event, EventStatus
from ozgtermine.models.mail import MailState, OutgoingMail
from ozgtermine.models.people import Membership, MembershipRole, Organisation, Person, Sector
from ozgtermine.models.publication import NewsletterIssue, PublicRevision, RenderedEvent
from ozgtermine.models.registration import LinkPurpose, Registration, RegistrationLink, RegistrationOffer, Reply
from ozgtermine.models.series import Project, Series, SeriesKind
from ozgtermine.models.venue import Room, Venue
from ozgtermine.rules.cadence import Cadence
from ozgtermine.rules.topics import TopicKind

__all__ = [
    "Access",
    "Account",
    "AccountLink",
    "AccountLinkPurpose",
    "AccountRole",
    "Audience",
    "Base",
    "Cadence",
    "Document",
    "DocumentKind",
    "DocumentVersion",
    "Event",
    "EventStatus",
    "LinkPurpose",
    "MailState",
    "Membership",
    "MembershipRole",
    "NewsletterIssue",
    "Organisation",
    "OutgoingMail",
    "Person",
    "Project",
    "PublicRevision",
    "Registration",
    "RegistrationLink",
    "RegistrationOffer",
    "RenderedEvent",
    "Reply",
    "Room",
    "Sector",
    "Series",
    "SeriesKind",
    "SignInAttempt",
    "TopicKind",
    "Venue",
]
