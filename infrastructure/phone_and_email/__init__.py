"""The libraries that know e-mail domains and number plans."""
