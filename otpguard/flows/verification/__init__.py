"""Have a number proven for a service that calls by a key: start, check, cancel."""
