"""Papers that people print or keep: tagged PDF files in German, typeset by Typst."""
