"""Films of a run's faces, and contact sheets of face models."""
