"""What `mobility explain` and `mobility backtest` answer: where a number comes from, and how near it is to print."""
