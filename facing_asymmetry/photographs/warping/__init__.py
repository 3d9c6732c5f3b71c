"""Moves a photograph by the head that was fitted to it."""
