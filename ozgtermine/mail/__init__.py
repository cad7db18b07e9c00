"""Mails: what they say, how they are composed, kept and delivered."""
