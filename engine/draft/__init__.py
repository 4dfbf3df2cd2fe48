"""The draft: a changed drive drawn from its own recorded pixels by geometry alone, no weights."""
