"""Other renderers beside ours, one file each; all are optional (extra `peers`)."""
