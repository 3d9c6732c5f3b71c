"""Classifiers whose reliance on symmetry is known, sent through the whole pipeline to test it."""
