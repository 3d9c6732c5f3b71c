"""The command line: commands, Hydra, set-up, diagnosis of an installation, and tab completion."""
