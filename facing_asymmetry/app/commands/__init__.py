"""The commands that look, check and measure, one module per subject; each imports what it needs when it runs."""
