"""Published tables and estimates of jobs and pay: workbooks with sub-totals and marks, and arrays of cells."""
