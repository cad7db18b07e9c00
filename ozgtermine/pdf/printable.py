"""What of a text can stand on paper: one line, in letters that the fonts have."""

import re
import unicodedata

LONGEST_TEXT = 300  # the columns of names and titles hold 200
LONGEST_RUN = 30
LONGEST_WORD = 63  # Typst knows how to hyphenate German words, however long
NO_GLYPH = "□"

_JOINERS = "\u200c\u200d"  # they shape letters of Persian and others, and are invisible
_INVISIBLE = {"Cc", "Cf", "Cs"}
_EMOJI_SHAPE = re.compile("[\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\u20e3]")
_RUN = re.compile(rf"[^\s-]{{{LONGEST_RUN},}}")
_PIECE = re.compile(r".{10}(?=.)")

# Blocks for which Typst's own fonts have every letter: what the names of Europe need (DIN 91379), and its neighbours'.
# Typst refuses to write PDF/UA with a letter that no font has.
DISPLAYABLE = (
    (0x0020, 0x007E), (0x00A0, 0x00AC), (0x00AE, 0x036F),  # Latin, phonetic letters, combining marks
    (0x0370, 0x0377), (0x037A, 0x037F), (0x0384, 0x038A), (0x038C, 0x038C), (0x038E, 0x03A1), (0x03A3, 0x03FF),  # Greek
    (0x0400, 0x04FF),  # Cyrillic
    (0x0531, 0x0556), (0x0561, 0x0587),  # Armenian
    (0x05B0, 0x05C7), (0x05D0, 0x05EA), (0x05EF, 0x05F4),  # Hebrew
    (0x060C, 0x060C), (0x061B, 0x061B), (0x061F, 0x061F),  # Arabic
    (0x0621, 0x063A), (0x0640, 0x0655), (0x0660, 0x066D),
    (0x10D0, 0x10F0),  # Georgian
    (0x1E00, 0x1EFF),  # Latin with further marks
    (0x200C, 0x200D), (0x2010, 0x2027), (0x2030, 0x2040), (0x2044, 0x2044), (0x20A0, 0x20BF),  # signs, currencies
    (0x2100, 0x211E), (0x2122, 0x2122), (0x2190, 0x2193), (0x2212, 0x2212), (0x2260, 0x2260),
    (0x2264, 0x2265), (0x25A1, 0x25A1),
)  # fmt: skip
_NOT_DISPLAYABLE = re.compile("[^{}]".format("".join(rf"\U{first:08x}-\U{last:08x}" for first, last in DISPLAYABLE)))


def printable(text: str, *, longest: int = LONGEST_TEXT) -> str:
    """Return `text` as one line that the fonts can show, of at most `longest` characters.

    Control characters and orders to turn the direction of writing go, every kind of space is one space, a letter
    without a glyph becomes "□". A run of letters without a space gets places at which a line may break.
    """
    spaced = "".join(" " if each.isspace() else each for each in text)
    seen = "".join(
        each for each in _EMOJI_SHAPE.sub("", spaced)
        if each in _JOINERS or unicodedata.category(each) not in _INVISIBLE
    )  # fmt: skip
    line = _NOT_DISPLAYABLE.sub(NO_GLYPH, " ".join(unicodedata.normalize("NFC", seen).split()))
    return _RUN.sub(_breakable, _shortened(line, longest))


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _breakable(run: re.Match[str]) -> str:
    is_word = len(run[0]) <= LONGEST_WORD and run[0][1:].islower()
    return run[0] if is_word else _PIECE.sub("\\g<0>\u200b", run[0])
