"""Pure functions on plain values; standard library only."""
