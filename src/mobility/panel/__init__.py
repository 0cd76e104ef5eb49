"""Files of persons: from a delivery to a panel: find, read, harmonise, link, carry forward, sample."""
