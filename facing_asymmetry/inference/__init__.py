"""Inference over identities: tests, intervals, effects, corrections, and the sentences they allow."""
