"""What is told of policies beside the policy itself: trials, versions, shapes."""
