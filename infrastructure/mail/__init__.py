"""Mail: the bytes of a message, and the ways by which it leaves."""
