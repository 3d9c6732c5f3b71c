"""Calibration: error rates, coverage and power of the product's own tests on data whose truth is known."""
