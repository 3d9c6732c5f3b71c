"""Frames through the classifier: the response table, cell by cell."""
