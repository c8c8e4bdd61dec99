"""Between HTTP and the flows: facts out of a request, refusals into a response."""
