"""Refuters: what a run's estimates are when identities, outcomes or treatments are exchanged."""
