"""do(symmetry := s): how the parts of an expression are scaled over the grid of symmetry s and intensity t."""
