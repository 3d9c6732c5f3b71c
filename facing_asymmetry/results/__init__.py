"""The run folder: names of its files, their columns, and how they are written, read and merged."""
