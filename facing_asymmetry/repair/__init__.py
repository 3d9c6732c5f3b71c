"""A remedy for classifiers that fail on one-sided faces: a gate over three views, its proof, its files."""
