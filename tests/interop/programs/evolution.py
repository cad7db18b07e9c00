"""Evolution's data server as a subscriber: run by the system's Python in a D-Bus session of its own.

Takes lines on stdin: `refresh` asks the server once, `show` prints what Evolution shows as one line of JSON.
"""

import json
import sys

import gi

gi.require_version("EDataServer", "1.2")
gi.require_version("ECal", "2.0")
from gi.repository import ECal, EDataServer, GLib  # noqa: E402 - versions are chosen first

WAIT_SECONDS = 30


def subscribed(address: str) -> ECal.Client:
    """Return the calendar of `address`, subscribed to as "On The Web"."""
    registry = EDataServer.SourceRegistry.new_sync(None)
    source = EDataServer.Source.new_with_uid("termine", None)
    source.set_display_name("Termine")
    source.set_parent("webcal-stub")
    source.get_extension("Calendar").set_backend_name("webcal")
    source.get_extension("WebDAV Backend").set_uri(GLib.Uri.parse(address, GLib.UriFlags.NONE))
    source.get_extension("Authentication").set_method("none")
    source.get_extension("Refresh").set_enabled(False)
    source.get_extension("Offline").set_stay_synchronized(True)
    registry.commit_source_sync(source, None)
    return ECal.Client.connect_sync(source, ECal.ClientSourceType.EVENTS, WAIT_SECONDS, None)


def main(address: str) -> None:
    client = subscribed(address)
    answer("ready")
    for line in sys.stdin:
        if line.strip() == "refresh":
            try:
                client.refresh_sync(None)
                answer("asked")
            except GLib.Error as error:
                answer(str(error))
        else:
            _is_there, components = client.get_object_list_sync("#t", None)
            answer([each.as_ical_string() for each in components])


def answer(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


main(sys.argv[1])
