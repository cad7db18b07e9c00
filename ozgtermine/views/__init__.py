"""HTTP only: look up, form, one operation, answer."""
