"""The counterfactual benchmark: edits of Town's held-out worlds, and how near an engine's pictures come to the truth."""
