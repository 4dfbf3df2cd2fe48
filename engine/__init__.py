"""Turns a scenario into pictures."""
