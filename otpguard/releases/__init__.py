"""Where releases come from and lie: the host's jobs, the encrypted file, the storage."""
