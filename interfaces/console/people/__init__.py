"""The pages of a person: everything known about them, and what an agent does for them."""
