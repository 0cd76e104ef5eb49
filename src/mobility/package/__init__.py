"""What a run hands on: its manifest, and the replication package with its README and RO-Crate metadata."""
