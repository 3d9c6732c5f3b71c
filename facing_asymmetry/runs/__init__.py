"""A run: the study that a configuration names, its stages, and sweeps of many runs."""
