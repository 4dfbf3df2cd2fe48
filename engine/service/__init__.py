"""The only part of the engine that the app sees: requests in, pictures out."""
