"""Running numbers within a series: given at publishing, never shifted, gaps stay."""

from collections.abc import Collection


def next_number(taken: Collection[int]) -> int | None:
    """Return the highest number of the series + 1, or None while the series has no number yet."""
    return max(taken) + 1 if taken else None
