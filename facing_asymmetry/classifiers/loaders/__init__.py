"""Readers of weight files: nothing here unpickles an object or runs its code, except the user's own factory."""
