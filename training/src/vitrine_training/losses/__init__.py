"""What the embedders are trained to minimise."""
