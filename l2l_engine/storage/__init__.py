"""Files: the session, the authors' published files, cached results."""
