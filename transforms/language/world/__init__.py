"""Countries, places, and the bodies that are no country."""
