"""Fits a head to the points of one photograph."""
