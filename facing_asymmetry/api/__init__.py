"""The Python API: what `import facing_asymmetry as fa` offers, one module per idea."""
