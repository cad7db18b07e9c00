"""What a browser says of itself (RFC 9110, 10.1.5), in words by which people know their devices again."""

from ozgtermine.wording import N_, translate

_BROWSERS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chromium/", "Chromium"), ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip

_UNKNOWN_BROWSER, _UNKNOWN_SYSTEM = N_("Unbekannter Browser"), N_("unbekanntem System")


def device_name(user_agent: str, language: str = "de") -> str:
    """Return "Firefox unter Windows"; what is not known is called so."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), _UNKNOWN_BROWSER)
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), _UNKNOWN_SYSTEM)
    return translate(
        N_("%(browser)s unter %(system)s"), language,
        browser=translate(browser, language), system=translate(system, language),
    )  # fmt: skip
