"""A study: the parts named by a configuration, and the stages that take data from one room to the next."""
