"""Classifications that data of several sources share."""
