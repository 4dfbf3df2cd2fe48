"""The language of scenarios: what was recorded, what is asked for, and what a picture of it must obey."""
