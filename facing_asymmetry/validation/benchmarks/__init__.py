"""Speed against stock PyTorch3D, sweeps, grids, a GPU, and how far technical choices move a score (docs/benchmarks)."""
