"""The pages of a step-up: thin views that translate, call one flow, and render."""
