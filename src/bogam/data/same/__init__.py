"""Same pictures: found by local features and small pictures, verified by alignment."""
