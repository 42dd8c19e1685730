"""The demo: a client of Farley's HTTP interface, which knows nothing of its code."""
