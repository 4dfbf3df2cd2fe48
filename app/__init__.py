"""The window, the command line, and takes on disk."""
