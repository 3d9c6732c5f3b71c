"""Refuters: what a run's estimates survive when identities, outcomes or treatments are exchanged."""
