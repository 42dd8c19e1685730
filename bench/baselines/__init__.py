"""What Farley is measured beside: each baseline is under forty lines and does only what its row states."""
