"""Tables of official statistics, read from their publisher's files as a source's registers describe them."""
