"""Makes packages that let somebody else's service grade with this kit."""
