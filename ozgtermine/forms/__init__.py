"""The shape of what people type. What it means is for the rules."""
