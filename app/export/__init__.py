"""A take as a folder that other tools read: data set, videos, masks, the take itself and a report."""
