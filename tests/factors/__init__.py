"""Each way of proving who is there."""
