"""FLAME (Li et al., SIGGRAPH Asia 2017): read from the user's file, with the embedded default's skin."""
