"""The tables. Importing this package knows them all, so that `Base.metadata` is whole."""

from ozgtermine.models.account import (
    Account,
    AccountLink,
    AccountLinkPurpose,
    AccountRole,
    AccountSession,
    Passkey,
    RecoveryCode,
    SignInAttempt,
    SignInMethod,
)
from ozgtermine.models.audit import AuditAct, AuditEntry
from ozgtermine.models.base import Base
from ozgtermine.models.document import Document, DocumentKind, DocumentVersion
from ozgtermine.models.erasure import ErasedCount, ErasedMembership, ErasureMark
from ozgtermine.models.event import Access, Audience, Event, EventStatus
from ozgtermine.models.event_notice import EventNotice
from ozgtermine.models.foreign_calendar import ImportedEvent, Mirror, PendingCalendar
from ozgtermine.models.form_draft import FormDraft
from ozgtermine.models.mail import MailState, OutgoingMail
from ozgtermine.models.offer import OfferQuestion, QuestionKind, RegistrationOffer, SeriesTerms, Terms
from ozgtermine.models.people import Membership, MembershipRole, Organisation, PendingImport, Person, Sector
from ozgtermine.models.personal_calendar import PersonalCalendar
from ozgtermine.models.programme import Programme, ProgrammeItem
from ozgtermine.models.publication import (
    FeedEntry,
    NewsletterIssue,
    PublicChange,
    PublicRevision,
    RenderedEvent,
    TrackedFeed,
)
from ozgtermine.models.registration import (
    AddressLink,
    Consent,
    Deputy,
    LinkPurpose,
    Registration,
    RegistrationLink,
    Reply,
)
from ozgtermine.models.series import Project, Series, SeriesKind
from ozgtermine.models.setting import Setting
from ozgtermine.models.venue import Room, Venue
from ozgtermine.rules.cadence import Cadence
from ozgtermine.rules.programme import ItemKind, ProgrammeState
from ozgtermine.rules.topics import TopicKind

__all__ = [
    "Access",
    "Account",
    "AccountLink",
    "AccountLinkPurpose",
    "AccountRole",
    "AccountSession",
    "AddressLink",
    "Audience",
    "AuditAct",
    "AuditEntry",
    "Base",
    "Cadence",
    "Consent",
    "Deputy",
    "Document",
    "DocumentKind",
    "DocumentVersion",
    "ErasedCount",
    "ErasedMembership",
    "ErasureMark",
    "Event",
    "EventNotice",
    "EventStatus",
    "FeedEntry",
    "FormDraft",
    "ImportedEvent",
    "ItemKind",
    "LinkPurpose",
    "MailState",
    "Membership",
    "MembershipRole",
    "Mirror",
    "NewsletterIssue",
    "OfferQuestion",
    "Organisation",
    "OutgoingMail",
    "Passkey",
    "PendingCalendar",
    "PendingImport",
    "Person",
    "PersonalCalendar",
    "Programme",
    "ProgrammeItem",
    "ProgrammeState",
    "Project",
    "PublicChange",
    "PublicRevision",
    "QuestionKind",
    "RecoveryCode",
    "Registration",
    "RegistrationLink",
    "RegistrationOffer",
    "RenderedEvent",
    "Reply",
    "Room",
    "Sector",
    "Series",
    "SeriesKind",
    "SeriesTerms",
    "Setting",
    "SignInAttempt",
    "SignInMethod",
    "Terms",
    "TopicKind",
    "TrackedFeed",
    "Venue",
]
