"""face_models."""
