"""The pages that prove a number without an account: enter it, enter the code, go on."""
