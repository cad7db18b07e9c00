"""What the archive is narrowed by; it stands in the address, so that a finding can be sent on."""

from wtforms import Form, SelectField, StringField

from ozgtermine.models import DocumentKind
from ozgtermine.queries.archive import Found, Wanted
from ozgtermine.wording import N_, translate

KINDS = {
    "praesentationen": (DocumentKind.PRESENTATION, N_("Präsentationen")),
    "protokolle": (DocumentKind.MINUTES, N_("Protokolle")),
    "programme": (DocumentKind.PROGRAMME, N_("Programme")),
    "organigramme": (DocumentKind.ORG_CHART, N_("Organigramme")),
    "arbeitsstaende": (DocumentKind.STATUS_REPORT, N_("Arbeitsstände")),
    "weitere": (DocumentKind.OTHER, N_("Weitere Unterlagen")),
}


class ArchiveFilter(Form):
    """The GET form above the archive; a value that is none of ours narrows nothing."""

    q = StringField(N_("Suche in Titel und Thema"))
    reihe = SelectField(N_("Reihe"), validate_choice=False)
    art = SelectField(N_("Art"), validate_choice=False)
    jahr = SelectField(N_("Jahr"), validate_choice=False)

    @property
    def wanted(self) -> Wanted:
        year = self.jahr.data or ""
        return Wanted(
            words=(self.q.data or "")[:200],
            series=self.reihe.data or "",
            kind=KINDS[self.art.data][0] if self.art.data in KINDS else None,
            year=int(year) if year.isdecimal() and len(year) == 4 else None,  # noqa: PLR2004 - digits of a year
        )

    def offer(self, found: Found) -> None:
        """Let one choose among what is there."""
        self.reihe.choices = [("", translate(N_("Alle Reihen"))), *found.series]
        self.art.choices = [("", translate(N_("Alle Arten")))] + [
            (slug, translate(label)) for slug, (kind, label) in KINDS.items() if kind in found.kinds
        ]
        self.jahr.choices = [
            ("", translate(N_("Alle Jahre"))),
            *((str(year), str(year)) for year in found.years),
        ]
