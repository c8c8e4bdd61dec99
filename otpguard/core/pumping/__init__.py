"""The defense against SMS pumping: pure decisions about what a send looks like."""
