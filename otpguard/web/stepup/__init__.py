"""The step-up pages: choose a factor, enter a code, enroll, go on."""
