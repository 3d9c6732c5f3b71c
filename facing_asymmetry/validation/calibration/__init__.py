"""Error rates, coverage and power of the package's own tests, on simulated data whose truth is known."""
