"""The JSON API: what was published, read from stored text with a minimum of work. It imports no draft."""
