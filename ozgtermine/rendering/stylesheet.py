"""One stylesheet out of many files: written apart to be read, sent together to be fast."""

import re
from functools import cache

from ozgtermine.rendering.templates import resource_folder

_IMPORT = re.compile(r'@import url\("(?P<path>[^":]+)"\) layer\((?P<layer>[a-z]+)\);')
_CHARSET = '@charset "UTF-8";'


@cache
def stylesheet() -> bytes:
    """Return `static/css/site.css` with each `@import url(…) layer(x);` written out as `@layer x { … }`.

    That means the same (CSS Cascading and Inheritance 5, section 6.4.3). Addresses inside the files stay as
    they are, so only those beside `site.css` may have any. Kept for the life of the process.
    """
    entry = resource_folder("static") / "css" / "site.css"

    def written_out(found: re.Match[str]) -> str:
        text = (entry.parent / found["path"]).read_text("utf-8").removeprefix(_CHARSET).strip()
        return f"@layer {found['layer']} {{\n{text}\n}}"

    return _IMPORT.sub(written_out, entry.read_text("utf-8")).encode()
