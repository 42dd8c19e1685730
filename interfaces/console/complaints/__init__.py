"""The pages of complaints: the queue, one complaint, and its steps."""
