"""Scores: what one classifier's activation over (s, t) says about symmetry, as numbers in a tidy table."""
