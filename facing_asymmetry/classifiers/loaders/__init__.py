"""Readers of published weight files; none of them unpickles or executes anything."""
