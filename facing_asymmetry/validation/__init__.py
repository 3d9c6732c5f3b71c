"""Whether the tool can be trusted: calibration, classifiers of known behaviour, refuters, and benchmarks."""
