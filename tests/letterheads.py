"""The letterhead of tests."""

from ozgtermine.config import Settings
from ozgtermine.mail.letterhead import Letterhead

LETTERHEAD = Letterhead.of(Settings(base_url="http://termine.example"))
