"""Numbers that say how close pictures are."""
