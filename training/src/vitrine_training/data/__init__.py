"""What is read from exported data sets."""
