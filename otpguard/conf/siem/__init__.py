"""Settings of the streams that send events elsewhere, and of where data may lie."""
