"""Town: a procedural world with exact pictures of any scenario in it, and so the truth for every edit."""
