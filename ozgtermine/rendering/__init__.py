"""Templates without Flask, for mails and embeds; dates, sizes and words in German and English."""
