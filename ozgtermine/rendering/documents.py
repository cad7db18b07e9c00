"""What a document is called by its kind."""

from ozgtermine.models import DocumentKind
from ozgtermine.wording import N_

KIND_NAMES = {
    DocumentKind.PRESENTATION: N_("Präsentation"),
    DocumentKind.MINUTES: N_("Protokoll"),
    DocumentKind.PROGRAMME: N_("Programm"),
    DocumentKind.ORG_CHART: N_("Organigramm"),
    DocumentKind.STATUS_REPORT: N_("Arbeitsstand"),
    DocumentKind.OTHER: N_("Weitere Unterlage"),
}
