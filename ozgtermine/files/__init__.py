"""Bytes: where files lie, and what is inside them."""
