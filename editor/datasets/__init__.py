"""Reading and writing nuScenes-format data sets."""
