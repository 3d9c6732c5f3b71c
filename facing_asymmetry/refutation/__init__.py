"""Refuters after DoWhy's: what an estimate must survive before it is believed."""
