"""Text blocks for the record of processing activities (Art. 30 DSGVO), made of the register of fields."""

from ozgtermine.rules.personal_data import REGISTER
from ozgtermine.rules.retention import CLOCKS, PERIODS
from ozgtermine.wording import N_, translate


def processing_record(*, organisation: str, contact: str, days: dict[str, int]) -> str:
    """Return the text blocks as plain lines; `days` are the periods in force, by their settings."""
    lines = [
        translate(N_("Verzeichnis von Verarbeitungstätigkeiten: Termine, Anmeldungen und Arbeitsgruppen")),
        "",
        translate(N_("Verantwortlich: %(organisation)s"), organisation=organisation),
        translate(N_("Kontakt: %(contact)s"), contact=contact),
        translate(N_("Empfänger: keine außerhalb des Hauses; kein Drittland")),
        translate(N_("Betroffene: Teilnehmende, Mitglieder der Arbeitsgruppen, Mitwirkende an Programmen, Redaktion")),
    ]
    for each in REGISTER:
        lines += [
            "",
            translate(each.what),
            "  " + translate(N_("Zweck: %(purpose)s"), purpose=translate(each.purpose)),
            "  " + translate(N_("Rechtsgrundlage: %(ground)s"), ground=translate(each.ground)),
            "  " + translate(N_("Löschung: %(until)s"), until=translate(each.until)),
            "  " + translate(N_("Felder: %(fields)s"), fields=f"{each.table} ({', '.join(each.columns)})"),
        ]
    lines += ["", translate(N_("Fristen für Anmeldungen"))]
    lines += [f"  {translate(clock.until)}: {', '.join(clock.states)}" for clock in CLOCKS]
    lines += ["", translate(N_("Weitere Fristen"))]
    lines += [
        "  " + translate(N_("%(what)s: %(days)s Tage"), what=translate(each.what), days=days[each.setting])
        for each in PERIODS
    ]
    return "\n".join(lines) + "\n"
