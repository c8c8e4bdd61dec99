"""Pages of releases: the list, one of them, the download, and the link that cancels."""
