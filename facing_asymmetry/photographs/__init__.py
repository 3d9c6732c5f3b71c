"""The user's photographs: symmetry measured, the same classifiers applied, results beside those of a run."""
