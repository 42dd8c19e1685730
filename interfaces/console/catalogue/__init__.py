"""The pages of what an installation declares."""
