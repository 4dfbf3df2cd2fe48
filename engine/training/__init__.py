"""Training: clips with their truths, losses, a loop that can be stopped anywhere, and the recipes of what ships.

Training itself needs torch, numpy, OpenCV and diffusers alone; only harvesting clips from Town needs what Town and drafts need.
"""
