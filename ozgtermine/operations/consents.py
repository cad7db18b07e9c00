"""Taking a consent back: at any time, as easily as it was given (Art. 7 (3) GDPR)."""

from datetime import datetime

from sqlalchemy.orm import Session

from ozgtermine.errors import NotFoundError
from ozgtermine.models import LinkPurpose, Registration
from ozgtermine.operations.registration_links import get_registration
from ozgtermine.queries.locking import lock_registration


def revoke(session: Session, token: str, consent_id: int, *, now: datetime) -> Registration:
    """End the consent and forget the answer that it allowed; revoking again changes nothing.

    Raises LinkExpiredError, NotFoundError.
    """
    registration = lock_registration(session, get_registration(session, token, LinkPurpose.MANAGE, now=now).id)
    consent = next((each for each in registration.consents if each.id == consent_id), None)
    if consent is None:
        raise NotFoundError
    if consent.withdrawn_at is None:
        consent.withdrawn_at = now
        question = consent.purpose.rpartition("_")[2]
        registration.answers = {key: answer for key, answer in registration.answers.items() if key != question}
    return registration
