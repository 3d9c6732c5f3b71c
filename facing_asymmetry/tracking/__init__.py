"""Experiment tracking: finished runs in Weights & Biases."""
