"""The report of a run folder: figures, tables and one self-contained page."""
