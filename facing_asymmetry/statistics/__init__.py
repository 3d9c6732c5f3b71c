"""Scores of one replicate, and inference over identities: tests, intervals, effect sizes, and the claims they allow."""
