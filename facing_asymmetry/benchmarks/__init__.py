"""Measurements: speed against stock PyTorch3D, sweeps, grids, a GPU, and what moves a score (docs/benchmarks)."""
