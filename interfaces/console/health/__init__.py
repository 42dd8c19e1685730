"""The pages of the installation's health."""
