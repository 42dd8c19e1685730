"""The demo: a client of Farley's HTTP interface that imports nothing of Farley's code."""
