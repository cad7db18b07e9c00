"""What a browser says of itself (RFC 9110, 10.1.5), in words by which people know their devices again."""

_BROWSERS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chromium/", "Chromium"), ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_name(user_agent: str) -> str:
    """Return "Firefox unter Windows"; what is not known is called so."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "Unbekannter Browser")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "unbekanntem System")
    return f"{browser} unter {system}"
