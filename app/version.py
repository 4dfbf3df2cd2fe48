"""Which Retake this is; the same number as in pyproject.toml."""

VERSION = "0.1.0"
