"""The reporter agent: each side runs one on its own log, so that undisputed periods settle by themselves."""
