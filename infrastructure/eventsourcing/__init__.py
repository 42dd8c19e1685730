"""The eventsourcing library: the Store port on its application, and its mapper of facts to stored JSON."""
