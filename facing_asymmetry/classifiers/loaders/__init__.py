"""Readers of weight files. No pickle is executed; the only Python that runs is a factory of the user's own."""
