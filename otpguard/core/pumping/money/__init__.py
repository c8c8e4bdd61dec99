"""Money: budgets, ceilings and what closes when they are used up."""
