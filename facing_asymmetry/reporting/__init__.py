"""From a run folder to what people look at: figures, tables and one self-contained page."""
