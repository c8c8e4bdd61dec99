"""What a customer's directory does by SCIM: tokens, people, groups, roles and removals."""
