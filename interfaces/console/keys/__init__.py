"""The pages of keys, people and who is signed in."""
