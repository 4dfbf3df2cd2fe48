"""Retake without its window: what `python -m app` does."""
