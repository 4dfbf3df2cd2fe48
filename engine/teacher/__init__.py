"""A recorded drive as its own teacher: tasks about it whose answers were recorded.

The same tasks judge what draws the drive (`make bench`) and adapt the world model to it (`python -m engine.training adapt`).
"""
