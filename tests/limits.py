"""How long tests wait for a process of their own."""

HUNG: int = 600
"""Seconds after which it is taken to hang. The longest took 70 on a slow machine."""
