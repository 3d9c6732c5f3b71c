"""ICT-FaceKit's light model (MIT): read from the user's download, dressed in the embedded default's skin."""
