"""What was run, on what, by what: the manifest, and W&B beside it."""
