"""Flow matching with a noise level per frame and view: the path, its schedules, samplers, guidance, and what is kept."""
