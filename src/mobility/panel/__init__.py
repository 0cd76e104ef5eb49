"""From a delivery to a panel: find, read, keep the kinds of missing apart, harmonise, link, carry forward, sample."""
