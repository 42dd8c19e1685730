"""The machine of the process: clock, environment, home directory, standard error."""
