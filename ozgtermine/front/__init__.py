"""What everybody gets alike, answered before Flask: feeds, embeds and public pages."""
