"""Named SELECTs that answer a question."""
