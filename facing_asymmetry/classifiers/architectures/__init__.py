"""Network definitions whose weights come as bare tensors; parameter names follow the published weight files."""
