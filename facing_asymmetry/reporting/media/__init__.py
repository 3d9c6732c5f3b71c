"""Films and contact sheets of a finished run's faces."""
