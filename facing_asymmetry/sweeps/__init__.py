"""Sweeps: jobs that share a store, what became of each, and one table and report over all of them."""
