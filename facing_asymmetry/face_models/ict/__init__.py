"""ICT-FaceKit's light model (MIT): read from the user's download, with the embedded default's skin."""
